#include "apps/grid/scaibunker/jail.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "apps/grid/scaibunker/bridge.h"
#include "apps/grid/scaibunker/work_folder.h"
#include "libs/base/text.h"

namespace scaiflow::grid {

namespace {

constexpr std::int64_t mib = 1 << 20;
constexpr char inner_id[] = "1000";
constexpr char inner_bridge[] = "/run/bridge";

/// File numbers that bubblewrap reads from.
enum : int { ArgsFd = 3, SeccompFd, PasswdFd, GroupFd, HostsFd };

constexpr char passwd_text[] =
    "root:x:0:0:root:/root:/usr/sbin/nologin\nwork:x:1000:1000:work:/work:/bin/sh\n";
constexpr char group_text[] = "root:x:0:\nwork:x:1000:\n";
constexpr char hosts_text[] = "127.0.0.1 localhost bunker\n::1 localhost\n";

using Words = std::vector<std::string>;

void add(Words& words, std::initializer_list<std::string_view> more) {
  words.insert(words.end(), more.begin(), more.end());
}

/// The host's programs and libraries, read-only: as links where Debian has links.
void add_system(Words& words) {
  add(words, {"--ro-bind", "/usr", "/usr"});
  for (const char* path : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    std::error_code failed;
    const auto status = std::filesystem::symlink_status(path, failed);
    if (std::filesystem::is_symlink(status)) {
      add(words, {"--symlink", std::filesystem::read_symlink(path, failed).string(), path});
    } else if (std::filesystem::is_directory(status)) {
      add(words, {"--ro-bind", path, path});
    }
  }
  for (const char* path :
       {"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ssl/certs", "/etc/alternatives"}) {
    add(words, {"--ro-bind-try", path, path});
  }
  add(words, {"--file", std::to_string(PasswdFd), "/etc/passwd"});
  add(words, {"--file", std::to_string(GroupFd), "/etc/group"});
  add(words, {"--file", std::to_string(HostsFd), "/etc/hosts"});
}

/// Where the outer bubblewrap shows a root server's folders to the owner.
constexpr char shown_work[] = "/mnt/work";
constexpr char shown_bridge[] = "/mnt/bridge";

/// What the parts of a jail are called where bubblewrap looks for them.
struct Sources {
  std::string work, bridge;
};

Words environment_of(const Jail& jail) {
  Words words{"--clearenv"};
  add(words, {"--setenv", "PATH", join(jail.path, ":")});
  add(words, {"--setenv", "HOME", "/work"});
  add(words, {"--setenv", "LANG", "C.UTF-8"});
  if (jail.proxy) {
    const std::string proxy = "http://127.0.0.1:" + std::to_string(bridge_port);
    for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"})
      add(words, {"--setenv", name, proxy});
  }
  for (const auto& [name, value] : jail.env) add(words, {"--setenv", name, value});
  return words;
}

/// What bubblewrap reads from `ArgsFd`: not its command line, which everybody on the host may read.
Words inner_arguments(const Jail& jail, const Sources& sources) {
  const std::string temporary = std::to_string(jail.memory_mb * mib / 2);
  Words words{"--unshare-user",       "--unshare-ipc",    "--unshare-pid",     "--unshare-uts",
              "--unshare-cgroup-try", "--disable-userns", "--die-with-parent", "--new-session"};
  if (jail.network == JailNetwork::None) add(words, {"--unshare-net"});
  add(words, {"--cap-drop", "ALL", "--uid", inner_id, "--gid", inner_id, "--hostname", "bunker"});
  add_system(words);
  if (jail.network == JailNetwork::Host) {
    add(words, {"--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"});
  }
  add(words, {"--proc", "/proc", "--dev", "/dev"});
  if (jail.proxy) {
    add(words, {"--bind", jail.proxy->socket_path, bridge_socket, "--ro-bind", sources.bridge, inner_bridge});
  }
  // Every writable place but /work lives in memory and is bounded: the rest is closed.
  add(words, {"--size", temporary, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"});
  add(words, {"--perms", "1777", "--size", temporary, "--tmpfs", "/tmp"});
  add(words, {"--bind", sources.work, "/work", "--chdir", jail.cwd, "--remount-ro", "/"});
  const Words environment = environment_of(jail);
  words.insert(words.end(), environment.begin(), environment.end());
  add(words, {"--seccomp", std::to_string(SeccompFd)});
  return words;
}

std::string zero_separated(const Words& words) {
  std::string out;
  for (const std::string& word : words) out.append(word).push_back('\0');
  return out;
}

std::string limit(const char* name, std::int64_t value) {
  return std::string("--") + name + "=" + std::to_string(value) + ":" + std::to_string(value);
}

/// Limits are set inside, where the kernel counts the processes of this sandbox alone.
Words limited(const Jail& jail) {
  const std::int64_t seconds = (jail.timeout_ms + 999) / 1'000;
  Words words;
  if (jail.proxy) add(words, {inner_bridge, "sandbox-bridge", "--"});
  // Whatever runs inside comes after the server itself.
  add(words, {"/usr/bin/nice", "-n", "10", "/usr/bin/prlimit"});
  words.push_back(limit("nproc", limits::bunker_processes_max));
  words.push_back(limit("nofile", limits::bunker_files_max));
  words.push_back(limit("fsize", jail.disk_mb * mib));
  words.push_back(limit("data", jail.memory_mb * mib));
  words.push_back(limit("core", 0));
  words.push_back(limit("cpu", std::max<std::int64_t>((seconds * jail.cpu_millicores + 999) / 1'000, 1)));
  words.emplace_back("--");
  words.insert(words.end(), jail.command.begin(), jail.command.end());
  return words;
}

/// A server that is root hands the command to the owner of the folder, for whom process limits count. That
/// owner cannot reach through the server's private folders: an outer bubblewrap shows it what it needs.
Words launcher(const Jail& jail, Sources& sources) {
  sources = {jail.work_dir, jail.proxy ? jail.proxy->bridge_path : ""};
  if (geteuid() != 0) return {};
  struct stat info{};
  if (stat(jail.work_dir.c_str(), &info) != 0) info.st_uid = info.st_gid = 65'534;
  Words words{"bwrap", "--dev-bind", "/", "/", "--tmpfs", "/mnt", "--bind", jail.work_dir, shown_work};
  if (jail.proxy) add(words, {"--ro-bind", sources.bridge, shown_bridge});
  sources = {shown_work, shown_bridge};
  add(words, {"--die-with-parent", "--", "setpriv", "--reuid=" + std::to_string(info.st_uid),
              "--regid=" + std::to_string(info.st_gid), "--clear-groups", "--no-new-privs", "--"});
  return words;
}

std::string try_jail() {
  const std::string folder =
      std::filesystem::temp_directory_path().string() + "/scaiflow_jail_" + std::to_string(getpid());
  if (auto made = make_work_folder(folder); !made) return made.error().message;
  Jail jail;
  jail.work_dir = folder;
  jail.command = {"true"};
  jail.timeout_ms = 10'000;
  const auto ran = run_jailed(jail);
  remove_folder(folder);
  const char* const remedy =
      "install bubblewrap (apt install bubblewrap util-linux) and allow user namespaces "
      "(sysctl -w user.max_user_namespaces=15000; in a container: a seccomp profile that permits them; "
      "inside chroot the kernel never does)";
  if (!ran) return "sandboxes need bubblewrap: " + ran.error().message + "; " + remedy;
  if (ran->exit_code == 0) return {};
  return "sandboxes cannot be made here (" + cut(trim(ran->err), 200) + "): " + remedy;
}

}  // namespace

Result<ChildOutcome> run_jailed(const Jail& jail) {
  ChildSpec spec;
  Sources sources;
  spec.argv = launcher(jail, sources);
  add(spec.argv, {"bwrap", "--args", std::to_string(ArgsFd), "--"});
  const Words command = limited(jail);
  spec.argv.insert(spec.argv.end(), command.begin(), command.end());
  spec.files = {{ArgsFd, zero_separated(inner_arguments(jail, sources))},
                {SeccompFd, seccomp_program()},
                {PasswdFd, passwd_text},
                {GroupFd, group_text},
                {HostsFd, hosts_text}};
  spec.stdin_text = jail.stdin_text;
  spec.timeout_ms = jail.timeout_ms;
  spec.output_bytes_max = jail.output_bytes_max;
  spec.stop = jail.stop;
  spec.is_over_limit = [memory = jail.memory_mb * mib, disk = jail.disk_mb * mib, folder = jail.work_dir](
                           int pid) { return tree_holds_more(pid, memory) || folder_bytes(folder) > disk; };
  return run_child(spec);
}

const std::string& jail_problem() {
  static const std::string problem = try_jail();
  return problem;
}

}  // namespace scaiflow::grid

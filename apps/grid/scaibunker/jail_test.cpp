#include "apps/grid/scaibunker/jail.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "apps/grid/scaibunker/work_folder.h"
#include "libs/net/clock.h"
#include "libs/net/ids.h"

namespace scaiflow::grid {
namespace {

namespace fs = std::filesystem;

/// A bunker's folder inside a folder that nobody else may enter, as the data of a server.
class Escape : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!jail_problem().empty()) GTEST_SKIP() << jail_problem();
    private_ = (fs::temp_directory_path() / net::new_id("scaiflow_jail_")).string();
    fs::create_directories(private_);
    chmod(private_.c_str(), 0700);
    jail_.work_dir = private_ + "/work";
    ASSERT_TRUE(make_work_folder(jail_.work_dir).has_value());
  }
  void TearDown() override {
    if (!private_.empty()) remove_folder(private_);
  }

  ChildOutcome shell(const std::string& script) { return run({"/bin/sh", "-c", script}); }
  ChildOutcome python(const std::string& script) { return run({"python3", "-c", script}); }
  ChildOutcome run(std::vector<std::string> command) {
    jail_.command = std::move(command);
    auto ran = run_jailed(jail_);
    EXPECT_TRUE(ran.has_value()) << ran.error().message;
    return ran ? *ran : ChildOutcome{};
  }

  std::string private_;
  Jail jail_;
};

TEST_F(Escape, a_command_runs_in_its_folder_with_its_environment_and_input) {
  jail_.env = {{"GREETING", "hello"}, {"LD_PRELOAD", "/work/none.so"}};
  jail_.stdin_text = "from outside";
  const ChildOutcome ran = shell("cat; echo \" $GREETING\"; pwd; echo kept > file; exit 7");
  EXPECT_EQ(ran.exit_code, 7);
  EXPECT_EQ(ran.out, "from outside hello\n/work\n");
  std::ifstream file(jail_.work_dir + "/file");
  std::string word;
  EXPECT_TRUE(file >> word && word == "kept");
}

TEST_F(Escape, words_are_words_not_shell) {
  EXPECT_EQ(run({"echo", "$(id)", "; touch /work/x", "`id`"}).out, "$(id) ; touch /work/x `id`\n");
  EXPECT_FALSE(fs::exists(jail_.work_dir + "/x"));
}

TEST_F(Escape, files_outside_are_not_there) {
  std::ofstream(private_ + "/secret") << "secret";
  const ChildOutcome ran = shell("cat " + private_ +
                                 "/secret /work/../secret /etc/shadow /etc/hostname "
                                 "/root/.bashrc; ls /home /root /var /data; ls / | grep -v ^lib");
  EXPECT_EQ(ran.out, "bin\ndev\netc\nproc\nsbin\ntmp\nusr\nwork\n") << ran.err;
}

TEST_F(Escape, nothing_but_work_and_memory_can_be_written) {
  const ChildOutcome ran = shell(
      "for f in /x /etc/x /usr/x /usr/bin/x /dev/x /proc/x /proc/sys/kernel/hostname; "
      "do echo x > $f && echo wrote $f; done; echo x > /tmp/x && echo tmp");
  EXPECT_EQ(ran.out, "tmp\n");
}

TEST_F(Escape, links_out_of_the_folder_lead_nowhere) {
  std::ofstream(private_ + "/secret") << "secret";
  const ChildOutcome ran = shell("ln -s " + private_ +
                                 "/secret link; ln -s / root; ln -s /proc/1/root proc; "
                                 "cat link root" +
                                 private_ + "/secret proc" + private_ + "/secret");
  EXPECT_EQ(ran.out, "");
  const WorkFolder folder(jail_.work_dir);
  for (const char* path : {"link", "root/etc/passwd", "proc/etc/passwd", "../secret", "/etc/passwd"}) {
    const auto read = folder.read(path, 1'000);
    ASSERT_FALSE(read.has_value()) << path;
    EXPECT_EQ(read.error().code, "PATH_INVALID") << path;
    const auto wrote = folder.write(path, "changed");
    ASSERT_FALSE(wrote.has_value()) << path;
  }
  std::ifstream file(private_ + "/secret");
  std::string word;
  EXPECT_TRUE(file >> word && word == "secret");
}

TEST_F(Escape, proc_shows_its_own_processes_alone) {
  const ChildOutcome ran = python(R"(
import os
print(sorted(int(d) for d in os.listdir('/proc') if d.isdigit())[:1], os.getuid(), os.listdir('/proc/1/root'))
for path in ('/proc/1/environ', '/proc/sysrq-trigger', '/proc/sys/kernel/core_pattern', '/proc/kcore'):
    try: open(path, 'r+b').write(b'x'); print('opened', path)
    except OSError: pass
)");
  EXPECT_EQ(ran.out.substr(0, 10), "[1] 1000 [") << ran.err;
  EXPECT_EQ(ran.out.find("opened"), std::string::npos) << ran.out;
}

TEST_F(Escape, the_network_is_not_there) {
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "scaiflow-escape-%d", getpid());
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  const ChildOutcome ran =
      python(R"(
import socket
def attempt(name, act):
    try: act(); print('reached', name)
    except OSError as e: print(name, 'no')
attempt('address', lambda: socket.create_connection(('192.0.2.1', 80), 2))
attempt('name', lambda: socket.getaddrinfo('example.com', 80))
for family in (17, 38, 40): attempt(str(family), lambda: socket.socket(family, socket.SOCK_STREAM))
attempt('abstract', lambda: socket.socket(socket.AF_UNIX).connect('\0' + 'scaiflow-escape-)" +
             std::to_string(getpid()) + R"(' + '\0' * )" +
             std::to_string(sizeof address.sun_path - 17 - std::to_string(getpid()).size()) +
             R"())
server = socket.create_server(('127.0.0.1', 0))
socket.create_connection(server.getsockname(), 2); print('loopback of its own')
)");
  close(listener);
  EXPECT_EQ(ran.out, "address no\nname no\n17 no\n38 no\n40 no\nabstract no\nloopback of its own\n")
      << ran.err;
}

TEST_F(Escape, a_fork_bomb_ends_with_its_time) {
  jail_.timeout_ms = 1'500;
  const ChildOutcome ran = python("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass");
  EXPECT_TRUE(ran.end == ChildEnd::TimedOut || ran.end == ChildEnd::OverLimit);
  EXPECT_LT(ran.duration_ms, 20'000);
  // Nothing of it is left, and the next command finds room.
  EXPECT_EQ(shell("ls -d /proc/[0-9]* | wc -l").exit_code, 0);
}

TEST_F(Escape, processes_are_counted_by_sandbox) {
  const ChildOutcome ran = python(R"(
import os, signal
n = 0
try:
    while n < 1000:
        if os.fork() == 0: signal.pause()
        n += 1
except OSError: pass
print(n, flush=True)
os._exit(0)
)");
  EXPECT_GT(std::stoi(ran.out.empty() ? "0" : ran.out), 200);
  EXPECT_LE(std::stoi(ran.out.empty() ? "999" : ran.out), 256);
}

TEST_F(Escape, output_is_cut_and_the_rest_dropped) {
  jail_.timeout_ms = 20'000;
  const ChildOutcome ran = shell("head -c 1000000000 /dev/zero; echo done >&2");
  EXPECT_EQ(ran.out.size(), 1u << 20);
  EXPECT_TRUE(ran.truncated);
  EXPECT_EQ(ran.err, "done\n");
}

TEST_F(Escape, endless_output_ends_with_its_time) {
  jail_.timeout_ms = 700;
  const ChildOutcome ran = shell("yes | tee /dev/stderr");
  EXPECT_EQ(ran.end, ChildEnd::TimedOut);
  EXPECT_EQ(ran.out.size(), 1u << 20);
  EXPECT_LT(ran.duration_ms, 5'000);
}

TEST_F(Escape, memory_of_one_process_is_bounded) {
  jail_.memory_mb = 64;
  const ChildOutcome ran = python("x = bytearray(200 << 20)");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_NE(ran.err.find("MemoryError"), std::string::npos) << ran.err;
}

TEST_F(Escape, memory_of_all_processes_is_bounded) {
  jail_.memory_mb = 128;
  const ChildOutcome ran = python(R"(
import os, signal
for i in range(10):
    if os.fork() == 0: x = bytearray(60 << 20); signal.pause()
signal.pause()
)");
  EXPECT_EQ(ran.end, ChildEnd::OverLimit);
}

TEST_F(Escape, memory_without_a_process_cannot_be_had) {
  jail_.memory_mb = 64;
  const ChildOutcome ran = shell(
      "for d in /tmp /dev/shm; do dd if=/dev/zero of=$d/x bs=1M count=200 2>/dev/null "
      "|| echo full; rm $d/x; done; python3 -c 'import os; os.memfd_create(\"x\")'");
  EXPECT_EQ(ran.out, "full\nfull\n");
  EXPECT_NE(ran.err.find("PermissionError"), std::string::npos) << ran.err;
}

TEST_F(Escape, the_disk_is_bounded) {
  jail_.disk_mb = 64;
  EXPECT_NE(shell("head -c 100000000 /dev/zero > big").exit_code, 0);
  const ChildOutcome ran =
      shell("i=0; while [ $i -lt 50 ]; do head -c 20000000 /dev/zero > f$i; i=$((i+1)); done; sleep 5");
  EXPECT_EQ(ran.end, ChildEnd::OverLimit);
  EXPECT_LT(folder_bytes(jail_.work_dir), 1'000'000'000);
}

TEST_F(Escape, processor_time_is_bounded) {
  jail_.timeout_ms = 8'000;
  jail_.cpu_millicores = 100;
  const ChildOutcome ran = shell("while :; do :; done");
  EXPECT_EQ(ran.end, ChildEnd::Exited);
  EXPECT_GE(ran.exit_code, 128);
  EXPECT_LT(ran.duration_ms, 6'000);
}

TEST_F(Escape, the_kernel_gives_no_way_around) {
  const ChildOutcome ran = shell(
      "unshare -U true 2>/dev/null && echo unshare; mount -t tmpfs x /tmp 2>/dev/null && echo mount; "
      "mknod dev b 8 0 2>/dev/null && echo mknod; chroot / true 2>/dev/null && echo chroot; "
      "su -c true 2>/dev/null </dev/null && echo su; grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' "
      "/proc/self/status");
  EXPECT_EQ(ran.out, "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n");
}

TEST_F(Escape, what_stays_behind_goes_with_the_command) {
  const ChildOutcome ran = shell("setsid sh -c 'sleep 1; echo late > /work/late' >/dev/null 2>&1 & exit 0");
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_LT(ran.duration_ms, 900);
  EXPECT_EQ(run({"sleep", "1.2"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(jail_.work_dir + "/late"));
}

TEST_F(Escape, a_command_can_be_stopped) {
  jail_.stop = std::make_shared<StopSwitch>();
  jail_.stop->stop();
  const ChildOutcome ran = run({"sleep", "20"});
  EXPECT_EQ(ran.end, ChildEnd::Stopped);
  EXPECT_LT(ran.duration_ms, 5'000);
}

TEST_F(Escape, a_bunker_is_a_stranger_to_another) {
  ASSERT_EQ(shell("echo mine > file; chmod 666 file; chmod 777 /work").exit_code, 0);
  Jail other = jail_;
  other.work_dir = private_ + "/other";
  ASSERT_TRUE(make_work_folder(other.work_dir).has_value());
  other.command = {"/bin/sh", "-c", "cat " + jail_.work_dir + "/file /mnt/file; ls /mnt"};
  const auto ran = run_jailed(other);
  ASSERT_TRUE(ran.has_value());
  EXPECT_EQ(ran->out, "");
  if (geteuid() == 0) {
    struct stat one{}, two{};
    ASSERT_EQ(stat(jail_.work_dir.c_str(), &one), 0);
    ASSERT_EQ(stat(other.work_dir.c_str(), &two), 0);
    EXPECT_NE(one.st_uid, two.st_uid);
    EXPECT_NE(one.st_uid, 0u);
  }
}

}  // namespace
}  // namespace scaiflow::grid

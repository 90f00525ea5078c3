// The filter of system calls of a sandbox: everything but what reaches around the limits or into the kernel.
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "apps/grid/scaibunker/jail.h"

namespace scaiflow::grid {

namespace {

constexpr std::array denied{
    SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(move_mount),
    SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(fsconfig), SCMP_SYS(fsmount), SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
    SCMP_SYS(bpf), SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
    SCMP_SYS(open_by_handle_at), SCMP_SYS(name_to_handle_at), SCMP_SYS(kexec_load), SCMP_SYS(init_module),
    SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(reboot),
    SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(syslog), SCMP_SYS(fanotify_init), SCMP_SYS(lookup_dcookie),
    SCMP_SYS(mknod), SCMP_SYS(mknodat),
    // Memory that belongs to no process and so to no limit.
    SCMP_SYS(memfd_create), SCMP_SYS(memfd_secret), SCMP_SYS(shmget), SCMP_SYS(semget), SCMP_SYS(msgget),
    SCMP_SYS(mq_open)};

constexpr unsigned domain_count = 64;
constexpr std::array<unsigned, 4> domains{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

/// vsock, packet and crypto sockets know no network namespace, or reach deep into the kernel.
void deny_sockets(scmp_filter_ctx filter) {
  for (unsigned domain = 0; domain < domain_count; ++domain) {
    if (std::find(domains.begin(), domains.end(), domain) != domains.end()) continue;
    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                     SCMP_A0(SCMP_CMP_EQ, domain, 0));
  }
  seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                   SCMP_A0(SCMP_CMP_GE, domain_count, 0));
}

void deny_namespaces(scmp_filter_ctx filter) {
  for (const unsigned flag : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWIPC,
                              CLONE_NEWUTS, CLONE_NEWCGROUP}) {
    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                     SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
  }
  // Its flags lie behind a pointer; C libraries fall back to clone.
  seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

std::string exported(scmp_filter_ctx filter) {
  const int fd = memfd_create("seccomp", MFD_CLOEXEC);
  std::string out;
  if (fd >= 0 && seccomp_export_bpf(filter, fd) == 0) {
    out.resize(static_cast<std::size_t>(lseek(fd, 0, SEEK_END)));
    if (pread(fd, out.data(), out.size(), 0) != static_cast<ssize_t>(out.size())) out.clear();
  }
  if (fd >= 0) close(fd);
  return out;
}

}  // namespace

const std::string& seccomp_program() {
  static const std::string program = [] {
    const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(seccomp_init(SCMP_ACT_ALLOW),
                                                                  seccomp_release);
    for (const int call : denied) seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0);
    deny_sockets(filter.get());
    deny_namespaces(filter.get());
    return exported(filter.get());
  }();
  return program;
}

}  // namespace scaiflow::grid

/* Ways out of a sandbox, one a name: `escapes NAME [ARGUMENT]`.
 *
 * Ends with 0 and says `refused` when the way is closed, with 1 and `through` when it is open, and with 2 when it could
 * not be tried. Some of it does harm outside; what does not is tried there as well, to see that an open way is noticed. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static const char *argument = "";

/* A call that must fail. */
#define FAILS(call)                                                                                                    \
    do {                                                                                                               \
        errno = 0;                                                                                                     \
        return (long)(call) != -1;                                                                                     \
    } while (0)

static int opens(const char *path, int flags) {
    errno = 0;
    int fd = open(path, flags, 0644);
    return fd != -1;
}

/* Files. The argument is a file outside that nobody gave. */
static int read_absolute(void) { return opens(argument, O_RDONLY); }
static int read_upwards(void) {
    char path[4096];
    snprintf(path, sizeof path, "../../../../../../../../../..%s", argument);
    return opens(path, O_RDONLY);
}
static int read_by_link(void) {
    unlink("link");
    if (symlink(argument, "link")) return 2;
    return opens("link", O_RDONLY);
}
static int read_by_hard_link(void) {
    unlink("hard");
    FAILS(link(argument, "hard"));
}
static int read_by_process(void) {
    char path[4096];
    snprintf(path, sizeof path, "/proc/1/root%s", argument);
    return opens(path, O_RDONLY);
}
static int read_by_own_root(void) {
    char path[4096];
    snprintf(path, sizeof path, "/proc/self/root%s", argument);
    return opens(path, O_RDONLY);
}
static int write_absolute(void) { return opens(argument, O_WRONLY | O_APPEND); }
static int delete_absolute(void) {
    char path[4096];
    snprintf(path, sizeof path, "%s.deletable", argument);
    FAILS(unlink(path));
}
static int write_etc(void) { return opens("/etc/somagent-escape", O_WRONLY | O_CREAT); }
static int write_etc_by_link(void) {
    unlink("etc");
    if (symlink("/etc", "etc")) return 2;
    return opens("etc/somagent-escape", O_WRONLY | O_CREAT);
}
static int write_passwd(void) { return opens("/etc/passwd", O_WRONLY | O_APPEND); }
static int read_shadow(void) { return opens("/etc/shadow", O_RDONLY); }
static int write_usr(void) { return opens("/usr/bin/somagent-escape", O_WRONLY | O_CREAT); }
static int write_root(void) { return opens("/somagent-escape", O_WRONLY | O_CREAT); }
static int write_hook(void) { return opens(".git/hooks/pre-commit", O_WRONLY | O_CREAT); }
static int write_git_config(void) { return opens(".git/config", O_WRONLY | O_CREAT); }
static int write_git_upwards(void) { return opens("sub/../.git/config", O_WRONLY | O_CREAT); }
static int write_git_by_descriptor(void) {
    int dir = open(".git", O_PATH | O_DIRECTORY);
    if (dir < 0) return 2;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d/config", dir);
    return opens(path, O_WRONLY | O_CREAT);
}
static int rename_git(void) { FAILS(rename(".git", "moved")); }
static int exchange_git(void) {
    mkdir("other", 0755);
    FAILS(syscall(SYS_renameat2, AT_FDCWD, ".git", AT_FDCWD, "other", 2));
}
static int remove_git(void) { FAILS(rmdir(".git")); }
static int write_somagent(void) { return opens(".somagent/key", O_WRONLY | O_CREAT); }
static int rename_somagent(void) { FAILS(rename(".somagent", "moved")); }
static int chmod_git(void) { FAILS(chmod(".git", 0777)); }
static int attribute_git(void) { FAILS(syscall(SYS_setxattr, ".git", "user.x", "1", 1, 0)); }

/* Mounts. */
static int mount_bind(void) { FAILS(mount("sub", ".git", NULL, MS_BIND, NULL)); }
static int mount_tmpfs(void) { FAILS(mount("t", "sub", "tmpfs", 0, NULL)); }
static int mount_remount(void) { FAILS(mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL)); }
static int mount_proc(void) { FAILS(mount("p", "sub", "proc", 0, NULL)); }
static int unmount_cover(void) { FAILS(umount2(".git", MNT_DETACH)); }
static int mount_new_interface(void) { FAILS(syscall(SYS_open_tree, AT_FDCWD, "/usr", 1)); }
static int mount_fsopen(void) { FAILS(syscall(SYS_fsopen, "tmpfs", 0)); }
static int mount_setattr_writable(void) {
    struct { uint64_t set, clear, propagation, fd; } wanted = {0, 1, 0, 0};
    FAILS(syscall(SYS_mount_setattr, AT_FDCWD, ".git", 0, &wanted, sizeof wanted));
}
static int change_root(void) { FAILS(chroot(".")); }
static int pivot(void) { FAILS(syscall(SYS_pivot_root, ".", "sub")); }
static int handle_of_root(void) {
    char space[256] = {0};
    struct file_handle *handle = (struct file_handle *)space;
    handle->handle_bytes = 128;
    int id;
    FAILS(name_to_handle_at(AT_FDCWD, "/", handle, &id, 0));
}
static int open_by_handle(void) {
    char space[256] = {0};
    struct file_handle *handle = (struct file_handle *)space;
    /* Inode 2, the root of most file systems. */
    handle->handle_bytes = 8;
    handle->handle_type = 1;
    *(uint32_t *)handle->f_handle = 2;
    int dir = open(".", O_RDONLY | O_DIRECTORY);
    FAILS(open_by_handle_at(dir, handle, O_RDONLY));
}

/* /proc and /sys. */
static int proc_one_environ(void) { return opens("/proc/1/environ", O_RDONLY); }
static int proc_one_memory(void) { return opens("/proc/1/mem", O_RDWR); }
static int proc_one_descriptors(void) {
    DIR *dir = opendir("/proc/1/fd");
    return dir && readdir(dir);
}
static int proc_one_program(void) { return opens("/proc/1/exe", O_RDONLY); }
static int proc_core_pattern(void) { return opens("/proc/sys/kernel/core_pattern", O_WRONLY); }
static int proc_modprobe(void) { return opens("/proc/sys/kernel/modprobe", O_WRONLY); }
static int proc_sysrq(void) { return opens("/proc/sysrq-trigger", O_WRONLY); }
static int proc_kcore(void) { return opens("/proc/kcore", O_RDONLY); }
static int proc_uid_map(void) {
    int fd = open("/proc/self/uid_map", O_WRONLY);
    if (fd < 0) return 0;
    return write(fd, "0 0 1", 5) > 0;
}
static int proc_others(void) {
    /* Only processes of this sandbox: the one around, this one and what it started. */
    DIR *dir = opendir("/proc");
    int count = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir));) count += atoi(entry->d_name) > 0;
    return count > 4;
}
static int sys_cgroup(void) { return opens("/sys/fs/cgroup/cgroup.procs", O_WRONLY) || opens("/sys/fs/cgroup", O_RDONLY); }
static int dev_memory(void) { return opens("/dev/mem", O_RDONLY) || opens("/dev/kmsg", O_RDONLY); }
static int dev_disk(void) {
    return opens("/dev/vda", O_RDONLY) || opens("/dev/sda", O_RDONLY) || opens("/dev/nvme0n1", O_RDONLY) || opens("/dev/fuse", O_RDWR);
}
static int device_character(void) { FAILS(mknod("mem", S_IFCHR | 0600, makedev(1, 1))); }
static int device_block(void) { FAILS(mknod("disk", S_IFBLK | 0600, makedev(8, 0))); }

/* Files that run as their owner. */
static int fresh_file(const char *name) {
    unlink(name);
    int fd = open(name, O_CREAT | O_WRONLY, 0755);
    if (fd >= 0) close(fd);
    return fd >= 0;
}
static int setuid_chmod(void) { return fresh_file("s") ? (errno = 0, chmod("s", 04755) == 0) : 2; }
static int setgid_chmod(void) { return fresh_file("s") ? (errno = 0, chmod("s", 02755) == 0) : 2; }
static int setuid_fchmod(void) {
    unlink("s");
    int fd = open("s", O_CREAT | O_WRONLY, 0755);
    if (fd < 0) return 2;
    FAILS(fchmod(fd, 04755));
}
static int setuid_fchmodat(void) { return fresh_file("s") ? (errno = 0, syscall(SYS_fchmodat, AT_FDCWD, "s", 04755) == 0) : 2; }
static int setuid_fchmodat2(void) {
    return fresh_file("s") ? (errno = 0, syscall(SYS_fchmodat2, AT_FDCWD, "s", 04755, 0) == 0) : 2;
}
static int setuid_open(void) {
    unlink("s");
    errno = 0;
    struct stat found;
    int fd = syscall(SYS_openat, AT_FDCWD, "s", O_CREAT | O_WRONLY, 04755);
    return fd >= 0 && fstat(fd, &found) == 0 && (found.st_mode & S_ISUID);
}
static int setuid_openat2(void) {
    unlink("s");
    struct { uint64_t flags, mode, resolve; } how = {O_CREAT | O_WRONLY, 04755, 0};
    FAILS(syscall(SYS_openat2, AT_FDCWD, "s", &how, sizeof how));
}
static int setuid_temporary(void) {
    FAILS(syscall(SYS_openat, AT_FDCWD, ".", O_TMPFILE | O_WRONLY, 04755));
}
static int setuid_mknod(void) {
    unlink("s");
    FAILS(mknod("s", S_IFREG | 04755, 0));
}
static int file_capability(void) {
    if (!fresh_file("s")) return 2;
    struct vfs_cap_data data = {VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, {{~0u, 0}, {~0u, 0}}};
    FAILS(syscall(SYS_setxattr, "s", "security.capability", &data, sizeof data, 0));
}

/* Being somebody else. */
static int become_root(void) { FAILS(setresuid(0, 0, 0)); }
static int become_group(void) { FAILS(setresgid(0, 0, 0)); }
static int groups(void) {
    gid_t zero = 0;
    FAILS(setgroups(1, &zero));
}
static int capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{~0u, ~0u, ~0u}, {~0u, ~0u, ~0u}};
    FAILS(syscall(SYS_capset, &header, data));
}
static int no_capability_left(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data)) return 2;
    int bounded = 0;
    for (int cap = 0; cap < 64; cap++) bounded |= prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1;
    return data[0].permitted || data[1].permitted || data[0].effective || bounded;
}
static int new_privileges(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1; }

/* Sockets. */
static int connects(int family, const struct sockaddr *to, socklen_t size) {
    int fd = socket(family, SOCK_STREAM, 0);
    if (fd < 0) return 0;
    struct timeval most = {2, 0};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    errno = 0;
    return connect(fd, to, size) == 0;
}
/* The argument is a socket in the file system, or an abstract name, or a port of the host's loopback. */
static int local_socket(void) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    strncpy(to.sun_path, argument, sizeof to.sun_path - 1);
    return connects(AF_UNIX, (void *)&to, sizeof to);
}
static int abstract_socket(void) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    strncpy(to.sun_path + 1, argument, sizeof to.sun_path - 2);
    return connects(AF_UNIX, (void *)&to, offsetof(struct sockaddr_un, sun_path) + 1 + strlen(argument));
}
static int loopback_of_host(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argument)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return connects(AF_INET, (void *)&to, sizeof to);
}
static int internet(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
    inet_pton(AF_INET, "192.0.2.1", &to.sin_addr);
    errno = 0;
    return connects(AF_INET, (void *)&to, sizeof to) || errno != ENETUNREACH;
}
static int metadata_address(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
    inet_pton(AF_INET, "169.254.169.254", &to.sin_addr);
    errno = 0;
    return connects(AF_INET, (void *)&to, sizeof to) || errno != ENETUNREACH;
}
static int datagram(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
    inet_pton(AF_INET, "192.0.2.1", &to.sin_addr);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) return 0;
    FAILS(sendto(fd, "x", 1, 0, (void *)&to, sizeof to));
}
static int raw_socket(void) { FAILS(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)); }
static int packet_socket(void) { FAILS(socket(AF_PACKET, SOCK_RAW, 0)); }
static int vsock(void) { FAILS(socket(AF_VSOCK, SOCK_STREAM, 0)); }
static int crypto_socket(void) { FAILS(socket(AF_ALG, SOCK_SEQPACKET, 0)); }
static int bluetooth_socket(void) { FAILS(socket(AF_BLUETOOTH, SOCK_RAW, 1)); }
static int netlink_events(void) { FAILS(socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT)); }
static int netlink_filter(void) { FAILS(socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER)); }
static int pair_of_another_kind(void) {
    int pair[2];
    FAILS(socketpair(30 /* AF_TIPC */, SOCK_STREAM, 0, pair));
}
static int shared_memory(void) { FAILS(shmget(atoi(argument), 4096, 0)); }

/* Namespaces and processes. */
static int unshare_user(void) { FAILS(unshare(CLONE_NEWUSER)); }
static int unshare_mount(void) { FAILS(unshare(CLONE_NEWNS)); }
static int unshare_network(void) { FAILS(unshare(CLONE_NEWNET)); }
static int child_in(unsigned long flags) {
    errno = 0;
    long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) _exit(0);
    if (pid > 0) waitpid(pid, NULL, 0);
    return pid > 0;
}
static int clone_user(void) { return child_in(CLONE_NEWUSER); }
static int clone_processes(void) { return child_in(CLONE_NEWPID); }
static int clone_mount(void) { return child_in(CLONE_NEWNS); }
static int clone3_user(void) {
    struct { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; } args = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD, 0, 0, 0};
    errno = 0;
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) _exit(0);
    return pid > 0;
}
static int join_namespace(void) {
    int fd = open("/proc/self/ns/net", O_RDONLY);
    if (fd < 0) return 0;
    FAILS(setns(fd, 0));
}
static int trace_first(void) { FAILS(ptrace(PTRACE_ATTACH, 1, 0, 0)); }
static int trace_child(void) {
    pid_t pid = fork();
    if (pid == 0) { pause(); _exit(0); }
    errno = 0;
    int got = ptrace(PTRACE_SEIZE, pid, 0, 0) == 0;
    int why = errno;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    errno = why;
    return got;
}
static int read_first_memory(void) {
    char byte;
    struct iovec local = {&byte, 1}, remote = {(void *)0x400000, 1};
    FAILS(syscall(SYS_process_vm_readv, 1, &local, 1, &remote, 1, 0));
}
static int take_descriptor(void) {
    int fd = syscall(SYS_pidfd_open, 1, 0);
    if (fd < 0) return 0;
    FAILS(syscall(SYS_pidfd_getfd, fd, 0, 0));
}
static int kill_first(void) {
    /* The kernel takes the signal and the first process does not: this process would end with it. */
    kill(1, SIGKILL);
    usleep(200000);
    errno = EPERM;
    return 0;
}
static int kill_host(void) { FAILS(kill(atoi(argument), 0)); }
static int raise_limit(void) {
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    FAILS(setrlimit(RLIMIT_NOFILE, &limit));
}
static int realtime(void) {
    struct sched_param param = {50};
    FAILS(sched_setscheduler(0, SCHED_FIFO, &param));
}

/* The kernel. */
static int ring(void) {
    char params[256] = {0};
    FAILS(syscall(SYS_io_uring_setup, 4, params));
}
static int ring_enter(void) { FAILS(syscall(SYS_io_uring_enter, 0, 0, 0, 0, NULL, 0)); }
static int programs_in_kernel(void) {
    char attributes[128] = {0};
    FAILS(syscall(SYS_bpf, 0, attributes, sizeof attributes));
}
static int performance(void) {
    char attributes[128] = {0};
    FAILS(syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0));
}
static int page_faults(void) { FAILS(syscall(SYS_userfaultfd, 0)); }
static int keys(void) { FAILS(syscall(SYS_keyctl, 0, -3, 1)); }
static int key_added(void) { FAILS(syscall(SYS_add_key, "user", "somagent-escape", "x", 1, -3)); }
static int module(void) { FAILS(syscall(SYS_finit_module, -1, "", 0)); }
static int other_kernel(void) { FAILS(syscall(SYS_kexec_load, 0, 0, NULL, 0)); }
static int restart(void) { FAILS(reboot(RB_ENABLE_CAD)); }
static int clock_set(void) { FAILS(syscall(SYS_settimeofday, NULL, NULL)); }
static int host_name(void) { FAILS(sethostname("escape", 6)); }
static int kernel_log(void) { FAILS(syscall(SYS_syslog, 10, NULL, 0)); }
static int watch_files(void) { FAILS(syscall(SYS_fanotify_init, 0, 0)); }
static int accounting(void) { FAILS(syscall(SYS_acct, NULL)); }
static int executable_data(void) { FAILS(syscall(SYS_personality, 0x0400000)); }
#if defined(__x86_64__)
static int ports(void) { FAILS(syscall(SYS_iopl, 3)); }
static int x32(void) { FAILS(syscall(0x40000000 + SYS_getpid)); }
static int x32_open(void) { FAILS(syscall(0x40000000 + SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY)); }
static int old_calls(void) {
    /* getpid of 32-bit programs, where the list of this processor would mean something else. */
    pid_t pid = fork();
    if (pid == 0) {
        long got;
        __asm__ volatile("int $0x80" : "=a"(got) : "a"(20L) : "r8", "r9", "r10", "r11", "memory");
        _exit(got > 0);
    }
    int status;
    waitpid(pid, &status, 0);
    errno = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}
#endif

/* The terminal of whoever started it. */
static int typed_input(void) {
    int terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    if (terminal < 0) terminal = open("/dev/tty", O_RDWR);
    if (terminal < 0) return 0;
    char byte = 'x';
    FAILS(ioctl(terminal, TIOCSTI, &byte));
}
static int own_terminal(void) { return opens("/dev/tty", O_RDWR) || opens("/dev/console", O_RDWR); }
static int descriptors(void) {
    for (int fd = 3; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) != -1) return 1;
    return 0;
}
static int environment(void) { return getenv(argument) != NULL; }

#define WAY(name) {#name, name}
static const struct { const char *name; int (*try)(void); } ways[] = {
    WAY(read_absolute), WAY(read_upwards), WAY(read_by_link), WAY(read_by_hard_link), WAY(read_by_process),
    WAY(read_by_own_root), WAY(write_absolute), WAY(delete_absolute), WAY(write_etc), WAY(write_etc_by_link),
    WAY(write_passwd), WAY(read_shadow), WAY(write_usr), WAY(write_root), WAY(write_hook), WAY(write_git_config),
    WAY(write_git_upwards), WAY(write_git_by_descriptor), WAY(rename_git), WAY(exchange_git), WAY(remove_git),
    WAY(write_somagent), WAY(rename_somagent), WAY(chmod_git), WAY(attribute_git), WAY(mount_bind), WAY(mount_tmpfs),
    WAY(mount_remount), WAY(mount_proc), WAY(unmount_cover), WAY(mount_new_interface), WAY(mount_fsopen),
    WAY(mount_setattr_writable), WAY(change_root), WAY(pivot), WAY(handle_of_root), WAY(open_by_handle),
    WAY(proc_one_environ), WAY(proc_one_memory), WAY(proc_one_descriptors), WAY(proc_one_program),
    WAY(proc_core_pattern), WAY(proc_modprobe), WAY(proc_sysrq), WAY(proc_kcore), WAY(proc_uid_map), WAY(proc_others),
    WAY(sys_cgroup), WAY(dev_memory), WAY(dev_disk), WAY(device_character), WAY(device_block), WAY(setuid_chmod),
    WAY(setgid_chmod), WAY(setuid_fchmod), WAY(setuid_fchmodat), WAY(setuid_fchmodat2), WAY(setuid_open),
    WAY(setuid_openat2), WAY(setuid_temporary), WAY(setuid_mknod), WAY(file_capability), WAY(become_root),
    WAY(become_group), WAY(groups), WAY(capabilities), WAY(no_capability_left), WAY(new_privileges), WAY(local_socket),
    WAY(abstract_socket), WAY(loopback_of_host), WAY(internet), WAY(metadata_address), WAY(datagram), WAY(raw_socket),
    WAY(packet_socket), WAY(vsock), WAY(crypto_socket), WAY(bluetooth_socket), WAY(netlink_events), WAY(netlink_filter),
    WAY(pair_of_another_kind), WAY(shared_memory), WAY(unshare_user), WAY(unshare_mount), WAY(unshare_network), WAY(clone_user),
    WAY(clone_processes), WAY(clone_mount), WAY(clone3_user), WAY(join_namespace), WAY(trace_first), WAY(trace_child),
    WAY(read_first_memory), WAY(take_descriptor), WAY(kill_first), WAY(kill_host), WAY(raise_limit), WAY(realtime),
    WAY(ring), WAY(ring_enter), WAY(programs_in_kernel), WAY(performance), WAY(page_faults), WAY(keys), WAY(key_added),
    WAY(module), WAY(other_kernel), WAY(restart), WAY(clock_set), WAY(host_name), WAY(kernel_log), WAY(watch_files),
    WAY(accounting), WAY(executable_data),
#if defined(__x86_64__)
    WAY(ports), WAY(x32), WAY(x32_open), WAY(old_calls),
#endif
    WAY(typed_input), WAY(own_terminal), WAY(descriptors), WAY(environment),
};

int main(int argc, char **argv) {
    if (argc > 2) argument = argv[2];
    for (size_t at = 0; at < sizeof ways / sizeof *ways; at++) {
        if (argc < 2) {
            puts(ways[at].name);
        } else if (!strcmp(ways[at].name, argv[1])) {
            int got = ways[at].try();
            printf("%s: %s\n", got == 1 ? "through" : got ? "not tried" : "refused", strerror(errno));
            return got;
        }
    }
    return argc < 2 ? 0 : 3;
}

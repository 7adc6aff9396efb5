/** What a lab's root may do: the seven capabilities that sudo, PostgreSQL and its tools need, and no other. */
const CAPABILITIES = ['chown', 'dac_override', 'fowner', 'setuid', 'setgid', 'kill', 'audit_write'];

/** Before setpriv's `--`: gives up all other capabilities for good. */
export const BOUND = ['--inh-caps=-all', `--bounding-set=-all,${CAPABILITIES.map((name) => `+${name}`).join(',')}`];

/** Per process: no core files, as many open files as an engine gives, files of at most 4 GB (in KB), 512 processes a user. */
export const LIMITS = 'ulimit -Sn 1024; ulimit -Hn 4096; ulimit -c 0 -f 4194304 -u 512';

/**
 * Makes a lab out of new namespaces and becomes its first process. Run by the machine's bash in the store: `$1` the lab's
 * directory, `$2` the image's, `$3` the host name, `$4` more options of the overlay; the rest is the command.
 * Nothing is written before the root has changed, as a name in the lab may be a symbolic link to a file of the machine.
 */
export const BOOT_SCRIPT = `set -e
# Whatever the person's own is: the root of the lab, and what is made in it, are read by users of the lab.
umask 022
# The number of this process outside: /proc is still the machine's.
read -r pid _ </proc/self/stat
echo "pid $pid"
lab=$1 image=$2 host=$3 options=$4
shift 4
# A work directory that is new takes a volatile disk that was used before.
rm -rf "$lab/wk"
mkdir -p "$lab/up" "$lab/wk" "$lab/root"
ip link set lo up
mount -t overlay overlay -o "lowerdir=$image/rootfs,upperdir=$lab/up,workdir=$lab/wk,userxattr$options" "$lab/root"
# -P: the directories above may be closed to this user.
cd -P "$lab/root"
mount -t proc proc proc
mount -t tmpfs -o mode=755,size=64k,nr_inodes=64 dev dev
mkdir dev/pts dev/shm
devices='null zero full random urandom tty'
for device in $devices; do >dev/$device; done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for stream in 0:stdin 1:stdout 2:stderr; do ln -s /proc/self/fd/\${stream%:*} dev/\${stream#*:}; done
# No user namespace inside this one, where a learner would have all capabilities again.
echo 0 >proc/sys/user/max_user_namespaces
# What tells of the machine is hidden and what would change it is only to be read, as container engines do it. All in one
# call, as each costs milliseconds.
{
  for device in $devices; do echo "/dev/$device dev/$device none bind"; done
  echo 'devpts dev/pts devpts newinstance,ptmxmode=0666,mode=0620,gid=5'
  echo 'shm dev/shm tmpfs mode=1777,size=128m,nosuid,nodev'
  echo 'run run tmpfs mode=755,size=64m,nosuid,nodev'
  for file in kcore keys key-users kmsg kpagecount kpageflags latency_stats sched_debug sysrq-trigger timer_list; do
    [ ! -e proc/$file ] || echo "/dev/null proc/$file none bind"
  done
  for directory in acpi asound driver scsi; do
    [ ! -d proc/$directory ] || echo "hidden proc/$directory tmpfs ro,size=4k"
  done
  for directory in bus fs irq sys; do
    [ ! -d proc/$directory ] || echo "proc/$directory proc/$directory none bind,ro"
  done
} >dev/table
mount --all --fstab dev/table
rm dev/table
# The old root comes to lie over the new one, and goes.
pivot_root . .
umount -l .
cd /
hostname "$host"
echo "$host" >/etc/hostname
printf '127.0.0.1 localhost %s\\n::1 localhost\\n' "$host" >/etc/hosts
${LIMITS}
exec setpriv ${BOUND.join(' ')} -- "$@"`;

#!/bin/bash
# Makes a lab out of a bare Debian: setup.sh <major>, run as root inside the new root file system, with files/ beside it.
# The Dockerfile and mmdebstrap both run this script, so what one runtime proves holds on the other.
set -euo pipefail

major=$1
here=$(dirname "$(readlink -f "$0")")
export DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8

# What nobody opens in a lab. LLVM alone is a quarter of the image, and without it PostgreSQL just does not compile queries.
cat >/etc/dpkg/dpkg.cfg.d/waldojo <<'EXCLUDED'
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/lintian/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/man/*.gz
path-exclude=/usr/lib/*/libLLVM*
path-exclude=/usr/lib/llvm-*
path-exclude=/usr/lib/postgresql/*/lib/bitcode/*
path-exclude=/usr/lib/postgresql/*/lib/llvmjit*
EXCLUDED

# A mirror snapshot may be past its Valid-Until date. Only the date is ignored: signatures are still checked.
apt=(apt-get -qq -o Acquire::Check-Valid-Until=false -o Dpkg::Use-Pty=0)
install=("${apt[@]}" install -y --no-install-recommends)
"${apt[@]}" update
# psql is to edit lines as everywhere, and readline is only recommended to it; its package has another name since 2024.
readline=$(apt-cache search --names-only '^libreadline8(t64)?$' | cut -d' ' -f1 | tail -1)
"${install[@]}" ca-certificates less "$readline" locales mount nano postgresql-common procps psmisc socat sudo vim-tiny
# Without a UTF-8 locale, clusters come out as C / SQL_ASCII.
localedef -i en_US -c -f UTF-8 en_US.UTF-8
echo 'LANG=en_US.UTF-8' >/etc/default/locale
sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
"${install[@]}" "postgresql-$major"
# mmdebstrap sets LC_ALL, which would win.
export LANG=en_US.UTF-8 LC_ALL=en_US.UTF-8

useradd --create-home --shell /bin/bash student
echo 'student ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/student
chmod 440 /etc/sudoers.d/student

install -D -m 755 "$here/files/init" /usr/local/lib/waldojo/init
install -D -m 644 "$here/files/bashrc" /usr/local/lib/waldojo/bashrc
install -D -m 644 "$here/files/psqlrc" /etc/postgresql-common/psqlrc
echo '. /usr/local/lib/waldojo/bashrc' >>/etc/bash.bashrc
# Whether there is a pager is a matter of the whole session.
echo 'Defaults env_keep += "WALDOJO_PAGER"' >/etc/sudoers.d/pager
chmod 440 /etc/sudoers.d/pager
# Where interactive shells leave their state, so that a restored lab's terminals can continue.
install -d -m 1777 /var/lib/waldojo

echo 'Making the clusters'
# A spread checkpoint makes pg_basebackup wait for up to a minute and a half; with 0 it takes half a second.
options=(-o checkpoint_completion_target=0)
# To sync file by file, crash recovery opens each for writing, and an overlay then copies it: 1.7 s and 40 MB a restore.
((major < 14)) || options+=(-o recovery_init_sync_method=syncfs)
for cluster in main:5432 replica:5433; do
  pg_createcluster "${options[@]}" --start-conf=manual -p "${cluster#*:}" "$major" "${cluster%:*}" -- --no-sync
done
sed -i 's/manual/auto/' "/etc/postgresql/$major/main/start.conf"
# Without a port: a build may share its network with the machine, where another server may have it.
pg_ctlcluster "$major" main start -- -o '-c listen_addresses='
runuser -u postgres -- psql -qX -c 'CREATE ROLE student SUPERUSER LOGIN' -c 'CREATE DATABASE student OWNER student'
pg_ctlcluster "$major" main stop -m fast
echo "$major" >/etc/waldojo-major

# The base system was there before the exclusions were.
find /usr/share/{doc,info,lintian,locale,man} ! -type d -delete 2>/dev/null || true
rm -rf /var/log/postgresql/* /var/log/{apt,dpkg.log,alternatives.log} /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb

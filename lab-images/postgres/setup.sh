#!/bin/bash
# Makes a lab out of a bare Debian: setup.sh <major>, run as root inside the new root file system, with files/ beside it.
# The Dockerfile and mmdebstrap both run this script, so what one runtime proves holds on the other.
set -euo pipefail

major=$1
here=$(dirname "$(readlink -f "$0")")
export DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8
# A mirror snapshot may be past its Valid-Until date. Only the date is ignored: signatures are still checked.
apt=(apt-get -qq -o Acquire::Check-Valid-Until=false -o Dpkg::Use-Pty=0)

"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends \
  ca-certificates less libreadline8t64 locales mount nano postgresql-common procps psmisc socat sudo vim-tiny 2>/dev/null ||
"${apt[@]}" install -y --no-install-recommends \
  ca-certificates less libreadline8 locales mount nano postgresql-common procps psmisc socat sudo vim-tiny
# Without a UTF-8 locale, clusters come out as C / SQL_ASCII.
localedef -i en_US -c -f UTF-8 en_US.UTF-8
echo 'LANG=en_US.UTF-8' >/etc/default/locale
sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
"${apt[@]}" install -y --no-install-recommends "postgresql-$major"
rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
export LANG=en_US.UTF-8

useradd --create-home --shell /bin/bash student
echo 'student ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/student
chmod 440 /etc/sudoers.d/student

install -D -m 755 "$here/files/init" /usr/local/lib/waldojo/init
install -D -m 644 "$here/files/bashrc" /usr/local/lib/waldojo/bashrc
install -D -m 644 "$here/files/psqlrc" /etc/postgresql-common/psqlrc
echo '. /usr/local/lib/waldojo/bashrc' >>/etc/bash.bashrc
# Where interactive shells leave their state, so that a restored lab's terminals can continue.
install -d -m 1777 /var/lib/waldojo

# A spread checkpoint makes pg_basebackup wait for up to a minute and a half; with 0 it takes half a second.
for cluster in main:5432 replica:5433; do
  pg_createcluster -o checkpoint_completion_target=0 --start-conf=manual -p "${cluster#*:}" "$major" "${cluster%:*}" -- --no-sync
done
sed -i 's/manual/auto/' "/etc/postgresql/$major/main/start.conf"
pg_ctlcluster "$major" main start
runuser -u postgres -- psql -qX -c 'CREATE ROLE student SUPERUSER LOGIN' -c 'CREATE DATABASE student OWNER student'
pg_ctlcluster "$major" main stop -m fast
rm -f /var/log/postgresql/*
echo "$major" >/etc/waldojo-major

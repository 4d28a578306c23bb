#!/bin/sh
# Makes an image of Postgres from the server that is installed on this machine, for where no
# registry can be reached. Prints the image's name; everything else goes to stderr.
#
#   export LASTORDERS_POSTGRES_IMAGE=$(ci/postgres-image.sh [NAME])
#
# Needs root and a Docker daemon (ci/dockerd.sh). Installs `postgresql` by apt if there is no
# server. Does nothing if the image is there; remove it with `docker rmi NAME` to have it made anew.
set -eu

image=${1:-lastorders-postgres:local}

say() { echo "postgres-image.sh: $*" >&2; }

if docker image inspect "$image" >/dev/null 2>&1; then
  say "$image is there"
  echo "$image"
  exit 0
fi

newest() { ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort -t/ -k5 -n | tail -n 1; }

server=$(newest)
if [ -z "$server" ]; then
  say "no server in /usr/lib/postgresql; installing postgresql"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends postgresql >&2
  server=$(newest)
fi
home=$(dirname "$(dirname "$server")")
version=$(basename "$home")

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
chmod 755 "$stage"
say "putting Postgres $version and what it needs together in $stage"

# The image's file system has the shape of this machine's, links and all.
add() { tar -C / --create "$@" 2>/dev/null | tar -C "$stage" --extract; }
cd /
for link in bin lib lib64 sbin; do
  if [ -L "/$link" ]; then ln -s "$(readlink "/$link")" "$stage/$link"; fi
done
add "${home#/}" "usr/share/postgresql/$version" usr/share/zoneinfo

tools="sh cat chmod chown id mkdir rm setpriv"
for tool in $tools; do
  path=$(readlink -f "$(command -v "$tool")")
  add --dereference "${path#/}"
  [ "$(basename "$path")" = "$tool" ] || ln -sf "$path" "$stage/usr/bin/$tool"
done

# Shared libraries of every program and every library that the server may load.
{
  for tool in $tools; do readlink -f "$(command -v "$tool")"; done
  find "$home/bin" "$home/lib" -type f \( -perm -u+x -o -name '*.so' \)
} | xargs ldd 2>/dev/null | grep -o '/[^ ]*' | grep -v ':$' | sort -u | while read -r library; do
  # Under the name that is looked for, which is a link here.
  dir=$(readlink -f "$(dirname "$library")")
  mkdir -p "$stage$dir"
  cp -L "$library" "$stage$dir/$(basename "$library")"
done

mkdir -p "$stage/etc" "$stage/tmp" "$stage/run/postgresql" "$stage/var/lib/postgresql"
ln -s /run "$stage/var/run"
chmod 1777 "$stage/tmp" "$stage/run/postgresql"
printf '%s\n' 'root:x:0:0::/:/bin/sh' 'postgres:x:999:999::/var/lib/postgresql:/bin/sh' \
  >"$stage/etc/passwd"
printf '%s\n' 'root:x:0:' 'postgres:x:999:' >"$stage/etc/group"
chown 999:999 "$stage/var/lib/postgresql"

# Like the official image's entry point, as far as the harness uses it.
cat >"$stage/entrypoint.sh" <<'ENTRY'
#!/bin/sh
set -eu
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown postgres:postgres "$PGDATA"
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
cd "$PGDATA"
if ! [ -s PG_VERSION ]; then
  : "${POSTGRES_PASSWORD:?must be set}"
  umask 077
  echo "$POSTGRES_PASSWORD" >/tmp/password
  # The arguments are words: no quotes.
  initdb --username=postgres --pwfile=/tmp/password --auth=scram-sha-256 \
    ${POSTGRES_INITDB_ARGS:-}
  rm /tmp/password
  echo "host all all all scram-sha-256" >>pg_hba.conf
  echo "listen_addresses = '*'" >>postgresql.conf
fi
exec "$@"
ENTRY
chmod 755 "$stage/entrypoint.sh"

say "importing it as $image"
tar -C "$stage" --create . | docker import \
  --change "ENV PATH=$home/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data LC_ALL=C" \
  --change 'ENTRYPOINT ["/entrypoint.sh"]' \
  --change 'CMD ["postgres"]' \
  --change 'EXPOSE 5432/tcp' \
  - "$image" >&2
echo "$image"

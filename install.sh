#!/bin/sh
# Installs companion-token-server as a systemd service on 64-bit Linux, updates it, goes back one version, takes it away.
# install.sh --help says how. Everything stands in functions, and what calls them is the last line, which cannot be read in
# part: a copy that was cut off in the download does nothing.
set -eu

NAME=companion-token-server
DENO_VERSION=2.9.6
LIB=/usr/local/lib/$NAME
PROGRAM=$LIB/$NAME
COMMAND=/usr/local/bin/$NAME
# Not /etc/systemd/system: a copy that `systemctl edit --full` makes there is nobody's but the user's.
UNIT=/usr/local/lib/systemd/system/$NAME.service
ETC=/etc/$NAME
SETTINGS=$ETC/$NAME.env
DATA=/var/lib/$NAME

trap 'echo "Cannot install: install.sh is not whole, get it again" >&2; exit 1' EXIT

usage() {
  cat <<END
Installs companion-token-server as a service, or updates it: run it again to update.

  ./install.sh                   compile the folder that it lies in, and install that
  ./install.sh --from FILE       install this executable
  ./install.sh --base-url URL    download a release from this address (https:// or file://)

  --sha256 HEX      refuse an executable with any other SHA-256
  --insecure-http   allow an address that begins with http://
  --no-start        install the service without starting it
  --no-service      install the program without a service
  --dry-run         print what would be done as root, and do nothing
  --rollback        put the version back that was there before
  --uninstall       take the program away; settings and logins stay
  --purge           with --uninstall: settings and logins too
  --yes             do not ask before --purge
  --version         print which version is installed
END
}

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
# One sentence on what failed, then what to do about it.
die() {
  explained=yes
  warn "Cannot $1"
  shift
  for line in "$@"; do warn "$line"; done
  exit 1
}
misused() {
  explained=yes
  warn "Cannot go on: $1"
  warn "install.sh --help lists what is possible"
  exit 2
}

# ---- The command line

read_arguments() {
  action=install from='' base_url=${COMPANION_TOKEN_SERVER_BASE_URL:-} sha256='' insecure='' start=yes service=yes
  dry_run='' purge='' yes=''
  while [ $# -gt 0 ]; do
    case $1 in
      --from | --base-url | --sha256)
        [ $# -gt 1 ] || misused "$1 needs a value"
        case $1 in
          --from) from=$2 ;;
          --base-url) base_url=${2%/} ;;
          --sha256) sha256=$2 ;;
        esac
        shift
        ;;
      --insecure-http) insecure=yes ;;
      --no-start) start='' ;;
      --no-service) service='' ;;
      --dry-run) dry_run=yes ;;
      --purge) purge=yes ;;
      --yes) yes=yes ;;
      --rollback | --uninstall | --version) action=${1#--} ;;
      --help | -h) action=help ;;
      *) misused "$1 is not known" ;;
    esac
    shift
  done
  [ -z "$purge" ] || [ "$action" = uninstall ] || misused "--purge belongs to --uninstall"
}

# ---- The machine

check_machine() {
  system=$(uname -s) machine=$(uname -m)
  [ "$system" = Linux ] || die "install on $system: install.sh is for Linux" \
    "On macOS and Windows run the executable itself; README says how to start it at login."
  case $machine in
    x86_64 | amd64) arch=x86_64 ;;
    aarch64 | arm64) arch=aarch64 ;;
    arm* | i?86) too_narrow "this machine says $machine, which is 32-bit" ;;
    *) die "install on $machine: there are executables for x86_64 and aarch64 only" ;;
  esac
  [ "$(getconf LONG_BIT 2>/dev/null || echo 64)" != 32 ] || too_narrow "its programs are 32-bit, though its kernel is not"
  check_libc
  if [ -n "$service" ] && [ ! -d /run/systemd/system ]; then
    [ "$action" = uninstall ] || warn "No systemd runs here, so no service is set up (as with --no-service)."
    service=''
  fi
}

too_narrow() {
  die "install on this system: $1, and the program needs 64 bits" \
    "A Raspberry Pi 3, 4, 5 or Zero 2 W can do it with the 64-bit Raspberry Pi OS: put that on a new card."
}

check_libc() {
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || libc=''
  case $libc in
    'glibc 2.'*)
      minor=${libc#glibc 2.}
      [ "${minor%%[!0-9]*}" -ge 27 ] || die "install on this system: it has $libc, and the program needs 2.27 or newer" \
        "Debian 10 and Ubuntu 18.04 have it, and everything newer."
      ;;
    'glibc '*) ;;
    *)
      case $(ldd --version 2>&1 || true) in
        *musl*) die "install on this system: its C library is musl (Alpine?), and the program needs glibc" \
          "Take Debian, Ubuntu, Raspberry Pi OS or Fedora, or the container image." ;;
        *) die "install on this system: it has no glibc, which the program needs" ;;
      esac
      ;;
  esac
}

# ---- What only root may do

find_root() {
  root=''
  [ "$(id -u)" -ne 0 ] || return 0
  for root in sudo doas; do
    if command -v $root >/dev/null 2>&1; then return; fi
  done
  root=''
  [ -n "$dry_run" ] || die "install: only root may, and there is neither sudo nor doas" \
    "Become root (su -) and run it again; or do not install: the executable runs from any folder."
}

# Every change outside the temporary directory goes through here, so that --dry-run can print it.
as_root() {
  if [ -n "$dry_run" ]; then
    say "  ${root:+$root }$*"
  else
    $root "$@"
  fi
}

# The file under its own name is always a whole one.
put() { # FILE MODE OWNER TARGET
  as_root install -m "$2" -o "${3%:*}" -g "${3#*:}" "$1" "$4.new"
  as_root mv -f "$4.new" "$4"
}

# The installed command, or another program in its place.
run_service_command() { # PROGRAM ARGUMENT…
  sed "s|^program=.*|program=$1|" "$work/command" >"$work/run"
  shift
  $root sh "$work/run" "$@"
}

# ---- What to install

get_files() {
  find_sum
  here=''
  case $0 in
    */install.sh | install.sh) here=$(cd "$(dirname "$0")" && pwd) ;;
  esac
  if [ -n "$from" ]; then
    [ -f "$from" ] || die "install $from: there is no such file"
    new=$from
    find_unit "$(dirname "$from")/$NAME.service" "$here/.systemd/$NAME.service" "$here/$NAME.service" "$UNIT"
  elif [ -n "$base_url" ]; then
    download
  elif [ -n "$here" ] && [ -f "$here/deno.json" ]; then
    compile "$here"
    find_unit "$here/.systemd/$NAME.service"
  else
    die "install: nothing says what" \
      "Run install.sh in the project's folder, name an executable with --from FILE, or a release with --base-url URL."
  fi
  [ ! -f "$new" ] || check_kind
  if [ -n "$sha256" ] && [ "$(sum_of "$new")" != "$sha256" ]; then
    die "install $new: its SHA-256 is not $sha256" "Get the file again, and compare with what its makers published."
  fi
}

# By the head of the file: what no kernel runs, a shell may try to.
check_kind() {
  kind=$(od -An -tx1 -N 20 "$new" | tr -d ' \n' | cut -c 1-8,37-40)
  case $arch:$kind in
    x86_64:7f454c463e00 | aarch64:7f454c46b700) ;;
    *:7f454c46*) die "install $new: it is for another kind of machine; this one needs $arch" ;;
  esac
}

find_unit() {
  unit=''
  [ -n "$service" ] || return 0
  for unit in "$@"; do
    if [ -f "$unit" ]; then return; fi
  done
  die "set up the service: $NAME.service is not beside the executable" \
    "Put the one of the same release there, or leave the service out with --no-service."
}

compile() {
  new=$1/dist/$NAME
  if [ -n "$dry_run" ]; then
    say "Would compile $1"
    return
  fi
  say "Compiling …"
  if deno_will_do; then
    (cd "$1" && deno task compile) >"$work/compile" 2>&1 || did_not_compile
  elif [ $arch = x86_64 ] && command -v npx >/dev/null 2>&1; then
    (cd "$1" && npx -y "deno@$DENO_VERSION" task compile) >"$work/compile" 2>&1 || did_not_compile
  else
    die "compile: that needs Deno $DENO_VERSION or newer (deno.com) on the PATH of $(id -un)" \
      "Or take an executable of a release: --from FILE or --base-url URL."
  fi
}

# Deno 2.4.2 and 2.9.6 and later send a request once; what lies between may not.
deno_will_do() {
  version=$(deno --version 2>/dev/null | sed -n 's/^deno \([0-9.]*\).*/\1/p')
  case $version in
    '') return 1 ;;
    2.4.2) return 0 ;;
  esac
  [ "$(printf '%s\n' "$DENO_VERSION" "$version" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$DENO_VERSION" ]
}

did_not_compile() {
  tail -n 20 "$work/compile" >&2
  die "compile: see above" "Without a network take an executable of a release: --from FILE."
}

download() {
  case $base_url in
    https://* | file://*) ;;
    http://*) [ -n "$insecure" ] || die "download from $base_url: it is not https" "Allow it with --insecure-http." ;;
    *) die "download from $base_url: the address must begin with https:// or file://" ;;
  esac
  new=$work/$NAME-$arch-unknown-linux-gnu unit=''
  say "Downloading from $base_url …"
  fetch SHA256SUMS
  fetch "${new##*/}"
  if [ -n "$service" ]; then
    unit=$work/$NAME.service
    fetch "$NAME.service"
    check_sum "$unit"
  fi
  check_sum "$new"
  say "The files are as SHA256SUMS at that address says. This shows damage, not who made them."
}

fetch() {
  url=$base_url/$1 file=$work/$1
  case $url in
    file://*) cp "${url#file://}" "$file" ;;
    https://*)
      if command -v curl >/dev/null 2>&1; then
        curl -fsSL --proto '=https' --retry 3 -o "$file" "$url"
      else
        wget -nv -O "$file" "$url"
      fi
      ;;
    *) if command -v curl >/dev/null 2>&1; then curl -fsSL --retry 3 -o "$file" "$url"; else wget -nv -O "$file" "$url"; fi ;;
  esac || die "download $url: see above"
}

find_sum() {
  for sum_command in sha256sum 'shasum -a 256' 'openssl dgst -sha256 -r'; do
    if command -v "${sum_command%% *}" >/dev/null 2>&1; then return; fi
  done
  die "check what is to be installed: neither sha256sum, shasum nor openssl is here"
}
sum_of() { $sum_command "$1" | cut -d ' ' -f 1; }

check_sum() {
  wanted=''
  while read -r sum file; do
    if [ "${file#\*}" = "${1##*/}" ]; then wanted=$sum; fi
  done <"$work/SHA256SUMS"
  [ -n "$wanted" ] || die "check the download: SHA256SUMS does not name ${1##*/}" "Nothing was installed."
  [ "$(sum_of "$1")" = "$wanted" ] || die "install ${1##*/}: it is not what SHA256SUMS says" \
    "The download may be damaged. Nothing was installed; try again."
}

# ---- The parts of an installation that are not the program

write_parts() {
  cat >"$work/command" <<'END'
#!/bin/sh
# Runs companion-token-server as the user of its service, in the service's data directory and with its settings.
# Comes with companion-token-server and is replaced by every update.
set -eu
name=companion-token-server
program=/usr/local/lib/companion-token-server/companion-token-server
settings=/etc/companion-token-server/companion-token-server.env
data=/var/lib/companion-token-server

case ${1-} in
  --version | -V | version | --help | -h | help) exec "$program" "$@" ;;
esac
if [ "$(id -un)" != $name ] && [ "$(id -u)" -ne 0 ]; then
  for root in sudo doas; do
    if command -v $root >/dev/null 2>&1; then exec $root "$0" "$@"; fi
  done
  echo "Cannot run $name: only root and the user $name may" >&2
  exit 2
fi

# As systemd reads it: NAME=value, with or without quotes around the value.
while IFS= read -r line || [ -n "$line" ]; do
  key=${line%%=*} value=${line#*=}
  case $line in
    TOKEN_SERVER_*=* | TWITCH_*=*) ;;
    *) continue ;;
  esac
  case $key in
    *[!A-Z_]*) continue ;;
  esac
  value=${value%"${value##*[![:space:]]}"}
  case $value in
    \"*\") value=${value#\"} value=${value%\"} ;;
    \'*\') value=${value#\'} value=${value%\'} ;;
  esac
  export "$key=$value"
done <"$settings"

umask 077
cd "$data"
export HOME="$data" STATE_DIRECTORY="$data"
if [ "$(id -u)" -eq 0 ]; then exec setpriv --reuid=$name --regid=$name --init-groups -- "$program" "$@"; fi
exec "$program" "$@"
END
  cat >"$work/example" <<'END'
# Settings of companion-token-server: one on a line, NAME=value. Remove the # in front of what you change, then
#   systemctl restart companion-token-server
# README lists all of them, and "companion-token-server config" shows which count. Updates leave this file alone.

#TOKEN_SERVER_PORT=8948
#TOKEN_SERVER_HOST=127.0.0.1
#TOKEN_SERVER_PUBLIC_URL=http://raspberrypi.local:8948
#TOKEN_SERVER_NOTICE_URL=https://ntfy.sh/my-topic
#TOKEN_SERVER_LOG_LEVEL=debug

# The service may write in its data directory alone. For a folder elsewhere say so as well:
#   systemctl edit companion-token-server
#     [Service]
#     ReadWritePaths=/mnt/usb/backups
#TOKEN_SERVER_BACKUP_DIR=/mnt/usb/backups
END
}

make_user() {
  ! getent passwd $NAME >/dev/null || return 0
  as_root useradd --system --user-group --no-create-home --home-dir $DATA --shell /usr/sbin/nologin $NAME
  made_user=yes
}

make_directories() {
  as_root install -d -m 0755 $LIB ${COMMAND%/*} $ETC
  if [ -n "$service" ]; then as_root install -d -m 0755 "${UNIT%/*}"; fi
  as_root install -d -m 0700 -o $NAME -g $NAME $DATA
  same "$work/example" $SETTINGS.example || put "$work/example" 0644 root:root $SETTINGS.example
  if [ ! -e $SETTINGS ]; then
    made_settings=yes
    put "$work/example" 0640 root:$NAME $SETTINGS
  fi
}

same() { [ -f "$1" ] && [ -f "$2" ] && cmp -s "$1" "$2"; }

# ---- Before the switch

# The new program lies beside the old one and is tried there; nothing that runs has noticed yet.
stage() {
  as_root install -m 0755 "$new" $PROGRAM.new
  as_root sync $PROGRAM.new
  [ -z "$dry_run" ] || return 0
  understands_settings || refuse_program $?
  if ! can_open $PROGRAM.new; then
    cp "$work/trouble" "$work/trouble.new"
    if [ -x $PROGRAM ] && can_open $PROGRAM; then
      cat "$work/trouble.new" >&2
      die "update: the new version cannot open a copy of the logins, and the old one can" "Nothing was changed."
    fi
    warn "The logins cannot be opened, by this version or the one before:"
    cat "$work/trouble.new" >&2
  fi
}

refuse_program() {
  pages=$(getconf PAGESIZE 2>/dev/null || echo unknown)
  cat "$work/trouble" >&2
  case $1 in
    2) die "install: the settings in $SETTINGS are not right, see above" "Nothing was changed." ;;
    129 | 13? | 14? | 15?) ;;
    *) die "install: $new does not start (exit status $1), see above" "Nothing was changed." ;;
  esac
  warn "Cannot install: $new ends with a crash at its first run (signal $(($1 - 128)))"
  die "use it on this machine, whose memory comes in pages of $pages bytes" \
    "On a Raspberry Pi 5 pages have 16384 bytes, and an executable that was not made for them crashes like this." \
    "Take one of a release; or write kernel=kernel8.img into /boot/firmware/config.txt, restart and try again." \
    "Nothing was changed."
}

understands_settings() {
  make_copy
  status=0
  run_service_command $PROGRAM.new config --data-dir "$copy" >/dev/null 2>"$work/trouble" || status=$?
  $root rm -rf "$copy"
  return $status
}

# Whether this program opens and migrates a copy of the logins. One that was taken while the server wrote may be torn, so
# there are three tries.
can_open() {
  for _ in 1 2 3; do
    make_copy $NAME.sqlite $NAME.sqlite-wal key
    opened=yes
    run_service_command "$1" accounts list --json --data-dir "$copy" >/dev/null 2>"$work/trouble" || opened=''
    $root rm -rf "$copy"
    if [ -n "$opened" ]; then return 0; fi
  done
  return 1
}

# In memory: with the key beside it the copy is worth as much as the logins.
make_copy() { # FILE…
  logins=$($root sed -n 's/^TOKEN_SERVER_DATA_DIR=["'\'']*\([^"'\'']*\).*/\1/p' $SETTINGS | tail -n 1)
  copy=$($root mktemp -d -p /run --suffix=.$NAME-update)
  for file in "$@"; do
    ! $root test -e "${logins:-$DATA}/$file" || $root cp "${logins:-$DATA}/$file" "$copy/$file"
  done
  $root chown -R $NAME:$NAME "$copy"
}

# An effective value, as the program says it.
setting() { sed -n 's/.*"name":"'"$1"'"[^}]*"value":"\([^"]*\)".*/\1/p' "$work/config"; }

# ---- The switch

switch_over() {
  if [ -e $PROGRAM ]; then
    as_root ln -f $PROGRAM $PROGRAM.previous
    if [ -f $UNIT ]; then as_root cp $UNIT $LIB/$NAME.service.previous; fi
  fi
  as_root mv -f $PROGRAM.new $PROGRAM
  put_parts
}

put_parts() {
  put "$work/command" 0755 root:root $COMMAND
  if [ -n "$unit" ] && [ "$unit" != $UNIT ]; then put "$unit" 0644 root:root $UNIT; fi
}

# What was before and what is now change places.
switch_back() {
  as_root mv -f $PROGRAM $PROGRAM.new
  as_root mv -f $PROGRAM.previous $PROGRAM
  as_root mv -f $PROGRAM.new $PROGRAM.previous
  if [ -f $LIB/$NAME.service.previous ]; then
    as_root cp $UNIT $LIB/$NAME.service.new
    as_root mv -f $LIB/$NAME.service.previous $UNIT
    as_root mv -f $LIB/$NAME.service.new $LIB/$NAME.service.previous
  fi
}

# A program that hangs is not waited for longer than one that does not answer.
restart() {
  as_root systemctl daemon-reload
  as_root systemctl enable --quiet $NAME
  as_root systemctl stop $NAME
  # One that is stopped between two restarts keeps their number (systemd 252), and the next would be judged by it.
  as_root systemctl reset-failed $NAME 2>/dev/null || true
  as_root systemctl start --no-block $NAME
}

# health: 0 nothing answers, 1 it answers and is not well, 2 it is well, whoever has to sign in again.
# logins: how many it knows of.
look() {
  health=0 logins=0
  if answer=$(run_service_command $PROGRAM healthcheck 2>&1); then
    health=2
    for count in $(printf '%s' "$answer" | sed 's/.*"logins"//; s/[^0-9]/ /g'); do logins=$((logins + count)); done
  else
    case $answer in
      *'not well'*) health=1 ;;
    esac
  fi
}

# Whether the service is up and becomes as well as it was before, within 30 s.
recovers() { # HEALTH LOGINS
  end=$(($(seconds) + 30))
  while :; do
    look
    if [ $health -ge "$1" ] && [ $logins -ge "$2" ] && systemctl is-active --quiet $NAME; then return 0; fi
    [ "$(seconds)" -lt $end ] || return 1
    # It ends as soon as it has begun: more of that tells nothing new.
    [ "$(systemctl show --value --property NRestarts $NAME)" -lt 2 ] || return 1
    sleep 0.5 2>/dev/null || sleep 1
  done
}

# Since the start of the machine: its clock may jump meanwhile.
seconds() { cut -d . -f 1 /proc/uptime; }

show_log() { $root journalctl --no-pager --quiet --unit $NAME --lines 15 --output cat >&2 || true; }

# ---- What it can be asked to do

install_program() {
  find_root
  get_files
  write_parts
  updates='' changes=yes
  if [ -e $PROGRAM ]; then updates=yes; fi
  if same "$new" $PROGRAM && same "$work/command" $COMMAND && { [ -z "$unit" ] || same "$unit" $UNIT; }; then
    changes=''
  fi
  [ -z "$dry_run" ] || say "Would run:"
  make_user
  make_directories
  if [ -z "$changes" ]; then
    say "This version is installed already."
    made_user=''
    if [ -n "$service" ] && [ -n "$start" ]; then keep_running; fi
    [ -n "$dry_run" ] || farewell
    return
  fi
  stage
  before=0 logins_before=0
  if [ -n "$updates" ] && [ -z "$dry_run" ]; then
    look
    before=$health logins_before=$logins
  fi
  switch_over
  made_user=''
  if [ -n "$service" ] && [ -n "$start" ]; then start_new; fi
  [ -n "$dry_run" ] || farewell
}

keep_running() {
  if [ -n "$dry_run" ] || ! systemctl is-active --quiet $NAME || ! systemctl is-enabled --quiet $NAME; then
    as_root systemctl daemon-reload
    as_root systemctl enable --quiet --now $NAME
  fi
}

start_new() {
  restart
  [ -z "$dry_run" ] || return 0
  if [ $before -eq 0 ]; then
    recovers 2 0 || {
      show_log
      die "start the service: it is installed and does not answer as it should, see its log above" \
        "When that is mended: systemctl restart $NAME"
    }
  # One that dies soon after its start is found by the second look.
  elif ! recovers $before $logins_before || ! { sleep 2 && recovers $before $logins_before; }; then
    show_log
    warn "The new version is not as well as the old one was; putting that back."
    switch_back
    restart
    recovers $before $logins_before ||
      die "update, and the old version does not answer yet: see journalctl --unit $NAME"
    die "update: the new version was not well, see its log above" "The version from before is back and runs."
  fi
}

farewell() {
  say ""
  say "$NAME $($PROGRAM --version) is installed."
  if [ -z "$service" ]; then
    say "Start it:   $NAME serve"
  elif [ -z "$start" ]; then
    say "Start it:   systemctl start $NAME"
  else
    first_page
    say "Log:        journalctl --unit $NAME"
  fi
  say "Settings:   $SETTINGS"
  say "Logins:     $DATA"
  say "Commands:   $NAME --help"
  say "Go back:    install.sh --rollback   Take it away: install.sh --uninstall"
}

# The link with the setup code while nobody has set a password; else where the pages are.
first_page() {
  if run_service_command $PROGRAM setup --link 2>/dev/null; then return; fi
  run_service_command $PROGRAM config --json >"$work/config" 2>/dev/null || return 0
  for host in "$(uname -n).local" $(hostname -I 2>/dev/null || true); do
    case $host in
      *:*) ;;
      *) say "Pages:      http://$host:$(setting TOKEN_SERVER_PORT)/" ;;
    esac
  done
}

go_back() {
  find_root
  [ -e $PROGRAM.previous ] || die "go back: there is no version from before"
  [ -z "$dry_run" ] || say "Would run:"
  write_parts
  switch_back
  if [ -n "$service" ] && [ -n "$start" ]; then
    restart
    [ -n "$dry_run" ] || recovers 1 0 || {
      show_log
      die "start the version from before: see its log above" "install.sh --rollback goes forward again."
    }
  fi
  [ -n "$dry_run" ] || say "$NAME $($PROGRAM --version) is back."
}

uninstall() {
  find_root
  if [ -n "$purge" ] && [ -z "$yes" ] && [ -z "$dry_run" ]; then confirm_purge; fi
  [ -z "$dry_run" ] || say "Would run:"
  if [ -n "$service" ] && systemctl cat $NAME >/dev/null 2>&1; then as_root systemctl disable --quiet --now $NAME; fi
  as_root rm -rf $LIB $COMMAND $UNIT
  if [ -n "$purge" ]; then
    as_root rm -rf $DATA $ETC /etc/systemd/system/$NAME.service /etc/systemd/system/$NAME.service.d \
      /etc/credstore.encrypted/$NAME.key /run/$NAME
    ! getent passwd $NAME >/dev/null || as_root userdel $NAME
  fi
  if [ -n "$service" ]; then
    as_root systemctl daemon-reload
    [ -n "$dry_run" ] || $root systemctl reset-failed $NAME 2>/dev/null || true
  fi
  [ -z "$dry_run" ] || return 0
  if [ -n "$purge" ]; then
    say "$NAME is gone, with its settings and logins."
  else
    say "$NAME is gone. Settings and logins stay in $ETC and $DATA;"
    say "install.sh --uninstall --purge deletes them too."
  fi
}

confirm_purge() {
  [ -t 0 ] || die "delete the logins without a word from you" "Say --yes as well, or run it on a terminal."
  printf 'This deletes every login and the key to them, for good. Type yes: '
  read -r answer
  [ "$answer" = yes ] || die "delete the logins: you did not type yes" "Nothing was changed."
}

show_version() {
  if [ ! -e $PROGRAM ]; then
    say "$NAME is not installed."
    return
  fi
  say "$NAME $($PROGRAM --version)"
  [ ! -e $PROGRAM.previous ] || say "before: $($PROGRAM.previous --version)"
}

# ---- The end, whatever it is

clean_up() {
  status=$?
  trap - EXIT
  if [ -n "$work" ]; then rm -rf "$work"; fi
  [ -z "$copy" ] || [ ! -e "$copy" ] || $root rm -rf "$copy"
  if [ -z "$dry_run" ] && [ "$action" = install ] && [ $status -ne 0 ]; then
    for file in $PROGRAM.new $COMMAND.new $UNIT.new $SETTINGS.new $SETTINGS.example.new; do
      [ ! -e "$file" ] || $root rm -f "$file"
    done
    if [ -n "$made_user" ]; then
      $root rm -f $SETTINGS.example ${made_settings:+$SETTINGS}
      $root rmdir $LIB $ETC $DATA 2>/dev/null || true
      $root userdel $NAME 2>/dev/null || true
    fi
  fi
  [ $status -eq 0 ] || [ -n "$explained" ] || warn "Cannot go on: see above. What was installed before is as it was."
  exit $status
}

main() {
  explained='' made_user='' made_settings='' work='' copy='' root='' unit='' action='' dry_run=''
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  PATH=$PATH:/usr/sbin:/sbin
  umask 022
  read_arguments "$@"
  case $action in
    help) usage && exit ;;
    version) show_version && exit ;;
  esac
  check_machine
  work=$(mktemp -d)
  case $action in
    install) install_program ;;
    rollback) go_back ;;
    uninstall) uninstall ;;
  esac
}

{ main "$@"; }

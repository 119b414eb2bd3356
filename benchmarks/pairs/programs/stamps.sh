# Sourced by the build scripts of the programs here: `stamp KIND` prints what such a script would write into the program.
stamp() {
    case "$1" in
    date) date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%dT%H:%M:%SZ ;;
    day) date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y%m%d ;;
    epoch) echo "${SOURCE_DATE_EPOCH:-$(date +%s)}" ;;
    mail-date) LC_ALL=C date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" '+%a, %d %b %Y %H:%M:%S +0000' ;;
    stubborn-date)
        if [ -n "${SCRIPT_READS_EPOCH:-}" ]; then
            date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" '+%Y-%m-%d %H:%M:%S'
        else
            date -u '+%Y-%m-%d %H:%M:%S'
        fi
        ;;
    year) date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y ;;
    zone) LC_ALL=C date -d @1700000000 '+%Y-%m-%d %H:%M:%S %Z' ;;
    month) date -u -d @1700000000 '+%A, %d %B %Y' ;;
    user) echo "${USER:-nobody}" ;;
    host) echo "${HOSTNAME:-localhost}" ;;
    kernel) echo "${SYSTEM_NAME:-$(uname -sr)}" ;;
    vcs) git describe --always --dirty --abbrev=12 ;;
    uuid) echo "${BUILD_UUID:-$(cat /proc/sys/kernel/random/uuid)}" ;;
    counter) echo "${BUILD_NUMBER:-1}" ;;
    directory) pwd ;;
    nproc) echo "${JOBS:-4}" ;;
    pointer) printf '<Parser object at 0x7f%s>\n' "$(od -An -N5 -tx1 /dev/urandom | tr -d ' ')" ;;
    *) echo "stamp: unknown kind $1" >&2; exit 2 ;;
    esac
}

# names: a C initialiser whose order is that of Python's hash table, as a generator that iterates a set writes it.
names() {
    python3 -c 'for name in {"north", "east", "south", "west", "zenith", "nadir", "ecliptic", "meridian", "azimuth"}:
    print(f"    \"{name}\",")'
}

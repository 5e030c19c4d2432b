# SPDX-License-Identifier: EUPL-1.2
# need LIST...: have the packages that packages/debian12.txt names on these lists.
# Says nothing when all are there; exits with 3 when somebody else must install them.
# A third word names a command that serves as well, wherever it came from.

need() {
    wanted=$(while read -r list package instead; do
        [ -z "$instead" ] || ! command -v "$instead" > /dev/null || continue
        case " $* " in *" $list "*) echo "$package" ;; esac
    done < packages/debian12.txt)
    if ! command -v dpkg-query > /dev/null; then
        echo "This is not Debian: make sure that you have what these packages hold:" $wanted >&2
        return
    fi
    present=$(dpkg-query -W -f '${db:Status-Status} ${Package} ' $wanted 2> /dev/null || true)
    missing=
    for package in $wanted; do
        case " $present" in *" installed $package "*) ;; *) missing="$missing $package" ;; esac
    done
    [ -z "$missing" ] && return

    install="apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends$missing"
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo > /dev/null && sudo true; then
        as_root=sudo
    else
        echo "Packages are missing. Ask an administrator to run this line, then try again:" >&2
        echo "    apt-get update && $install" >&2
        exit 3
    fi
    mkdir -p build
    echo "Installing:$missing"
    $as_root env DEBIAN_FRONTEND=noninteractive \
        sh -c "apt-get -q update && $install" > build/install.log 2>&1 || {
        tail -n 20 build/install.log >&2
        echo "The packages could not be installed; build/install.log holds the whole story." >&2
        exit 1
    }
    rm -f build/install.log
}

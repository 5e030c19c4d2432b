#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tools/deb.sh [FOLDER]: builds the program and makes ontschot_VERSION_ARCH.deb of it, by default in
# build/. Needs what ./run needs and nothing more; tools/pack.sh says who answers for the package.
set -eu
cd "$(dirname "$0")/.."
. tools/need.sh
need run
tools/build.sh release
exec tools/pack.sh build/release "$@"

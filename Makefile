# Satchel.  `make` builds in place; `make demo` and `make test` do all the
# set-up on a fresh Debian machine.
ifeq ($(origin CC),default)
CC = gcc
endif
LUA = lua5.4
PKG_CONFIG = pkg-config
PREFIX = /usr/local
INST_LUADIR = $(PREFIX)/share/lua/5.4
INST_LIBDIR = $(PREFIX)/lib/lua/5.4

# one list each for what is built with: pkg-config names, Debian packages
PKGS = libcurl openssl libcares expat libmicrohttpd libgsasl gmime-3.0 zlib
APT_BUILD = gcc make pkg-config lua5.4 liblua5.4-dev libcurl4-openssl-dev \
  libssl-dev libc-ares-dev libexpat1-dev libmicrohttpd-dev libgsasl-dev \
  libgmime-3.0-dev zlib1g-dev lua-cjson
APT_TEST = lua-busted lua-check lua-luv lua-cqueues lua-sec clang \
  libclang-rt-dev openssl dovecot-imapd dovecot-pop3d dovecot-lmtpd \
  dovecot-submissiond postfix

B = build/$(notdir $(CC))$(VARIANT)
SRC = $(sort $(wildcard src/*/*.c))
OBJ = $(SRC:%.c=$B/%.o)
CORE = $B/satchel/core.so

WARN = -Wall -Wextra -Wpedantic -Wshadow -Werror
CFLAGS = -O2 -g
FLAGS = -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden -Isrc $(WARN) \
  $(CFLAGS) $(SANITIZE) `$(PKG_CONFIG) --cflags $(PKGS)` $(LUA_CFLAGS)
LUA_CFLAGS = `$(PKG_CONFIG) --cflags lua5.4`
LIBS = `$(PKG_CONFIG) --libs $(PKGS)`

export LUA_PATH = $(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;
export LUA_CPATH = $(CURDIR)/$B/?.so;;

.PHONY: all core env deps deps-test demo test test-live test-peers check-asan bench fuzz \
  lint expand doc install clean
.SECONDARY:

all: deps
	@$(MAKE) --no-print-directory core

core: $(CORE)

$(CORE): $(OBJ)
	@mkdir -p $(@D)
	@echo 'LD $@'
	@$(CC) -shared $(SANITIZE) -o $@ $(OBJ) $(LIBS)

$B/%.o: %.c
	@mkdir -p $(@D)
	@echo 'CC $<'
	@$(CC) $(FLAGS) -MMD -MP -c -o $@ $<

-include $(OBJ:.o=.d)

env:
	@echo 'export LUA_PATH="$(LUA_PATH)" LUA_CPATH="$(LUA_CPATH)"'

deps:
	@.ci/deps $(APT_BUILD)

deps-test: deps
	@.ci/deps $(APT_BUILD) $(APT_TEST)

demo: all
	$(LUA) examples/demo.lua

test: deps-test
	@$(MAKE) --no-print-directory core lint
	$(LUA) spec/run.lua

test-live: deps-test
	@$(MAKE) --no-print-directory core
	$(LUA) spec/run.lua --live

# servers whose packages exclude each other, unpacked into build/peers; as root
test-peers: deps-test
	@command -v npm >/dev/null || .ci/deps nodejs npm
	@$(MAKE) --no-print-directory core
	$(LUA) spec/run.lua --peers

# the specs under AddressSanitizer and UBSan; Lua itself is not instrumented
check-asan: deps-test
	@.ci/asan $(MAKE) CC=$(CC)

# as root, which its Dovecot needs; what it is held beside comes with it
bench: deps-test
	@.ci/deps isync python3
	@$(MAKE) --no-print-directory core
	$(LUA) bench/run.lua

lint:
	luacheck -q lua spec examples bench

# the reference out of the annotations
doc:
	$(LUA) doc/reference.lua > doc/reference.md

install: core
	cd lua && find . -name '*.lua' -exec install -m 644 -D {} \
	  $(INST_LUADIR)/{} \;
	install -m 755 -D $(CORE) $(INST_LIBDIR)/satchel/core.so

# what a .def file becomes, for reading: make expand FILE=src/wire/rop.c
expand:
	@$(CC) $(FLAGS) -E $(FILE) | grep -v '^#' | \
	  { clang-format 2>/dev/null || cat; }

include fuzz/fuzz.mk

clean:
	rm -rf build

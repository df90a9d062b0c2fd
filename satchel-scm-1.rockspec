rockspec_format = "3.0"
package = "satchel"
version = "scm-1"
source = { url = "." }
description = {
  summary = "Mail for Lua: Exchange by MAPI over HTTP, IMAP, POP3 and SMTP",
  detailed = [[
One object model, sessions, folders and items, over Microsoft Exchange
(MAPI over HTTP) and over IMAP4, POP3 and SMTP.]],
  license = "MIT",
}
dependencies = { "lua >= 5.4, < 5.5", "lua-cjson >= 2.1" }
-- the C libraries are found by pkg-config, which knows multiarch folders
test_dependencies = { "busted", "luacheck", "luv", "cqueues" }
build = {
  type = "make",
  build_target = "core",
  build_variables = { LUA = "$(LUA)", LUA_CFLAGS = "-I$(LUA_INCDIR)" },
  install_variables = {
    INST_LUADIR = "$(LUADIR)",
    INST_LIBDIR = "$(LIBDIR)",
  },
}
test = { type = "command", command = "lua5.4 spec/run.lua" }

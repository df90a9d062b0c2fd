-- Runs the pieces of a page of the documentation, one after the other, in a folder that
-- may be filled with what they write. A child of doc_spec: it prints a line for each.
--   lua5.4 spec/support/doc_run.lua ROOT PAGE ACCOUNTS
-- Whatever account a piece names, it gets one of the specs': of the sandbox, or of the
-- servers in ACCOUNTS, a file that returns options of connect by scheme.

local root, page, accounts = arg[1], arg[2], dofile(arg[3])
package.path = root .. "/spec/?.lua;" .. package.path

local doc_blocks = require "support.doc_blocks"
local doc_names = require "support.doc_names"
local P = require "satchel.mapi.props"
local sandbox = require "satchel.sandbox"
local satchel = require "satchel"

local anna <const>, boss <const> = "anna@example.test", "boss@example.test"

local users <const> = { [anna] = "secret", ["bob@example.test"] = "secret",
  ["carol@example.test"] = "secret", [boss] = "secret" }

-- the entry id of an address ([MS-OXCDATA] 2.2.5.2)
local function entry_id(box, address)
  return "\0\0\0\0\xdc\xa7\x40\xc8\xc0\x42\x10\x1a\xb4\xb9\x08\x00\x2b\x2f\xe1\x82"
    .. ("<I4I4z"):pack(1, 0, box.users:find(address).dn)
end

-- [MS-OXCPERM] 2.2.2: anna may do in her boss's folders what she likes
local function share(box)
  local owner <close> = satchel.connect { sandbox = box, user = boss }
  for _, folder in ipairs { owner.root, owner.inbox } do
    owner.mapi:rop("modify_permissions", { modify_flags = 0, permissions_data = {
      { permission_data_flags = 1, property_values = {
        { tag = P.PidTagEntryId, value = entry_id(box, anna) },
        { tag = P.PidTagMemberRights, value = 0x5fb } } } } }, folder)
  end
  return box
end

local function by_sandbox(box)
  return { sandbox = box, user = anna, password = "secret" }
end

-- the options that a piece gives, of an account that is there; what it left out is
-- whose account it is
local function redirected(given, box)
  given.user = given.user or anna
  require("satchel.connect").check(given)
  if given.sandbox then return given end
  local options = {}
  for _, name in ipairs { "mailbox", "timeout", "trace", "dry_run" } do
    options[name] = given[name]
  end
  local scheme = (given.url or "mapi:"):match "^%a+%d?s?"
  for name, value in pairs(accounts[scheme] or by_sandbox(box)) do options[name] = value end
  if options.url and not given.smtp then options.smtp = nil end
  return options
end

local function module_for(box)
  return setmetatable({
    connect = function(given) return satchel.connect(redirected(given, box)) end,
    check = function(given) return satchel.check(redirected(given, box)) end,
    sleep = function() satchel.sleep(0) end,
  }, { __index = satchel })
end

-- the server that a piece needs, where that is not the sandbox
local function scheme_of(text)
  if text:find "connect {" then return nil end
  if text:find "pop3[:.]" then return "pop3s" end
  if text:find "smtp[:.]" then return "smtps" end
  for _, sign in ipairs { "imap[:.]", "partial =", "dsn =", "%.report%f[^%w]" } do
    if text:find(sign) then return "imaps" end
  end
end

-- what says that a server has not, or does not let this user
local refusals <const> = { unsupported = true, denied = true, server = true }

-- Dovecot refuses a URLAUTH of somebody else by BAD
local function is_refusal(err)
  return refusals[err.kind] or err.message:find "Not permitted"
end

-- what stands for an answer that was not given: whatever is asked of it
local nothing <const> = setmetatable({}, { __index = function(t) return t end })

-- a native protocol of which a server need not have everything
local function lenient(native)
  return native and setmetatable({}, { __index = function(_, name)
    local value = native[name]
    if type(value) ~= "function" then return value end
    return function(_, ...)
      local results = table.pack(satchel.try(value, native, ...))
      if results[1] then return table.unpack(results, 2, results.n) end
      if not is_refusal(results[2]) then error(results[2], 0) end
      return nothing
    end
  end })
end

local function environment(names)
  return setmetatable(names, { __index = _G, __newindex = function(_, name)
    if name ~= "_" then error("assigns the global " .. name, 2) end
  end })
end

local function run(block)
  local box <close> = share(sandbox.start { users = users })
  local account = accounts[scheme_of(block.text)] or by_sandbox(box)
  local writer <close> = satchel.connect(account.sandbox and account or accounts.imaps)
  doc_names.fill(writer, block.text)
  local session <close> = satchel.connect(account)
  local names = doc_names.of(session)
  names.imap = lenient(session.imap)
  names.satchel, names.box = module_for(box), box
  function names.require(name)
    return name == "satchel" and names.satchel or require(name)
  end
  local source = block.source:gsub("@example%.com", "@example.test")
  assert(load(source, "=" .. block.page, "t", environment(names)))()
end

local function failure(err)
  return (debug.traceback(tostring(err), 2):gsub("[\n\t]+", " < "))
end

local output = io.stdout
io.output "printed"

for line in io.lines() do
  for _, block in ipairs(doc_blocks.of(root, page)) do
    if block.line == tonumber(line) then
      doc_names.files()
      local ok, err = xpcall(run, failure, block)
      output:write(line, "\t", ok and "ok" or err, "\n")
    end
  end
end

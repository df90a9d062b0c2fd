-- Who sends to whom, as commands: MAIL and RCPT with the parameters that the
-- server's extensions allow and the message needs: SIZE (RFC 1870), BODY (RFC 6152,
-- 3030), SMTPUTF8 (RFC 6531), DSN (RFC 3461).

local core = require "satchel.core"
local errors = require "satchel.error"
local options = require "satchel.options"

local smtp = core.smtp

local M = {}

---@class satchel.DsnOptions asks for delivery status notifications
---@field ret? "full"|"headers" what of the message they bring back
---@field envid? string comes back in them
---@field notify? "never"|string[] any of "success", "failure", "delay"
---@field orcpt? boolean|table<string, string> the original recipients; true: those given

local notifies <const> = { success = "SUCCESS", failure = "FAILURE", delay = "DELAY" }

local function no_breaks(value)
  if value:find "[\r\n\0]" or #value > 100 then
    errors.invalid "send: dsn: envid has a line break in it, or more than 100 bytes"
  end
  return value
end

-- "NEVER", or a list of the others, in one order
local function notify(value)
  if value == "never" then return "NEVER" end
  if type(value) == "string" then value = { value } end
  local wanted, list = {}, {}
  for _, each in ipairs(value) do
    if not notifies[each] then
      errors.invalid("send: dsn: notify is 'never', or any of 'success', 'failure', 'delay', "
        .. "not '%s'", tostring(each))
    end
    wanted[each] = true
  end
  for _, each in ipairs { "success", "failure", "delay" } do
    if wanted[each] then list[#list + 1] = notifies[each] end
  end
  if #list == 0 then errors.invalid "send: dsn: notify is empty" end
  return table.concat(list, ",")
end

local function orcpt(value)
  for address, original in pairs(type(value) == "table" and value or {}) do
    if type(address) ~= "string" or type(original) ~= "string" then
      errors.invalid "send: dsn: orcpt is true, or has the original address by the recipient's"
    end
  end
  return value
end

local dsn_rows <const> = {
  ret = { type = "string", one_of = { "full", "headers" } },
  envid = { type = "string", convert = no_breaks },
  notify = { type = "string|table", convert = notify },
  orcpt = { type = "boolean|table", convert = orcpt },
}

---Checks the option `dsn`.
---@param given table
---@return table
function M.dsn(given)
  return options.check("send: dsn", given, dsn_rows)
end

-- an address for a command; true if it needs SMTPUTF8
local function check_path(address, what)
  local utf8, err = smtp.path(address)
  if utf8 == nil then
    errors.raise { kind = "invalid",
      message = ("send: %s '%s': %s"):format(what, (address:gsub("%c", "?")), err.message) }
  end
  return utf8
end

local function needs(connection, keyword, why)
  if connection.capabilities[keyword] then return end
  errors.raise { kind = "unsupported", server = connection.endpoint.host, op = "send",
    name = keyword, message = ("send: %s, and the server at %s does not offer %s"):format(why,
      connection.endpoint.place, keyword) }
end

---@class satchel.smtp.Envelope
---@field from string "" for none
---@field recipients string[]
---@field utf8 boolean SMTPUTF8 is needed
---@field utf8_for? string the address it is needed for
---@field binary boolean
---@field dsn? table
local Envelope = {}
Envelope.__index = Envelope

---@param given { from: string, recipients: string[], utf8: boolean, binary: boolean, dsn: table }
---@return satchel.smtp.Envelope
function M.new(given)
  local self = setmetatable({ from = given.from or "", recipients = given.recipients,
    utf8 = given.utf8 or false, binary = given.binary or false, dsn = given.dsn }, Envelope)
  if #self.recipients == 0 then errors.invalid "send: there is no recipient" end
  if check_path(self.from, "the sender") then self.utf8, self.utf8_for = true, self.from end
  for _, address in ipairs(self.recipients) do
    if address == "" then errors.invalid "send: a recipient is empty" end
    if check_path(address, "the recipient") then
      self.utf8, self.utf8_for = true, self.utf8_for or address
    end
  end
  return self
end

-- a number that SIZE announces (RFC 1870 4); 0 and none: no bound is said
local function bound_of(capabilities)
  local bound = math.tointeger(tonumber((capabilities.SIZE or {})[1] or ""))
  return bound and bound > 0 and bound or nil
end

---Refuses what the server would not take, before anything is sent.
---@param connection satchel.smtp.Connection
---@param content satchel.smtp.Content
function Envelope:check(connection, content)
  local bound = bound_of(connection.capabilities)
  if bound and content.size and content.size > bound then
    errors.raise { kind = "limit", server = connection.endpoint.host, op = "send",
      message = ("send: the message has %d bytes, and the server at %s takes %d at most"):format(
        content.size, connection.endpoint.place, bound) }
  end
  if self.utf8 then
    needs(connection, "SMTPUTF8", self.utf8_for
      and ("the address '%s' is not ASCII"):format(self.utf8_for)
      or "the message has headers that are not ASCII")
  end
  if self.binary then
    needs(connection, "BINARYMIME", "the message is binary")
    needs(connection, "CHUNKING", "the message is binary")
  end
  if self.dsn then needs(connection, "DSN", "delivery status notifications are asked for") end
end

---@param capabilities table
---@param content satchel.smtp.Content
---@return string
function Envelope:mail(capabilities, content)
  local words = { ("MAIL FROM:<%s>"):format(self.from) }
  local function add(format, ...) words[#words + 1] = format:format(...) end
  if capabilities.SIZE and content.size then add("SIZE=%d", content.size) end
  if self.binary then
    add "BODY=BINARYMIME"
  elseif capabilities["8BITMIME"] and content.eight_bit ~= false then
    add "BODY=8BITMIME"
  end
  if self.utf8 then add "SMTPUTF8" end
  local dsn = self.dsn
  if dsn and dsn.ret then add("RET=%s", dsn.ret == "full" and "FULL" or "HDRS") end
  if dsn and dsn.envid then add("ENVID=%s", smtp.xtext(dsn.envid)) end
  return table.concat(words, " ")
end

---@param address string
---@return string
function Envelope:rcpt(address)
  local words = { ("RCPT TO:<%s>"):format(address) }
  local dsn = self.dsn
  if dsn and dsn.notify then words[#words + 1] = "NOTIFY=" .. dsn.notify end
  local original = dsn and dsn.orcpt
  if type(original) == "table" then original = original[address] end
  if original then
    words[#words + 1] = "ORCPT=" .. smtp.orcpt(original == true and address or original)
  end
  return table.concat(words, " ")
end

return M

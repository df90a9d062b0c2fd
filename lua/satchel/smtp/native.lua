-- session.smtp: the protocol as it is, for what the shared face does not have.

local content = require "satchel.smtp.content"
local envelope = require "satchel.smtp.envelope"
local errors = require "satchel.error"
local nearest = require "satchel.nearest"
local options = require "satchel.options"
local transaction = require "satchel.smtp.transaction"

---@class satchel.smtp.Native
---@field capabilities table<string, string[]> what EHLO said
---@field round_trips integer
---@field server string the name in the greeting
---@field lmtp boolean
local Native = { __name = "satchel.smtp" }
local methods = {}

local M = {}

local computed <const> = {}
M.methods, M.fields = methods, computed

function computed.capabilities(connection)
  local copy = {}
  for name, parameters in pairs(connection.capabilities) do
    copy[name] = { table.unpack(parameters) }
  end
  return copy
end

function computed.round_trips(connection) return connection:round_trips() end
function computed.server(connection) return connection.server end
function computed.lmtp(connection) return connection.lmtp end

function Native:__index(name)
  if methods[name] then return methods[name] end
  if computed[name] then return computed[name](rawget(self, "_")) end
  if type(name) ~= "string" then return nil end
  return errors.invalid("session.smtp has no '%s'%s", name, nearest.among(name, methods, computed))
end

function Native:__tostring()
  return "SMTP at " .. rawget(self, "_").endpoint.place
end

-- these change what follows on the connection
local own <const> = { DATA = "send", BDAT = "send", STARTTLS = "connect", AUTH = "connect",
  QUIT = "session:close", EHLO = "connect", HELO = "connect", LHLO = "connect" }

local function ask(self, line)
  local connection = rawget(self, "_")
  return connection:on_line(function() return connection:ask(line) end, function() return false end)
end

---Sends a command as it is.
---@param line string without its end
---@return table reply { code =, enhanced =, [1..n] = lines }, refusals too
function methods:command(line)
  options.argument("command", "the line", line, "string")
  local verb = (line:match "^%a+" or ""):upper()
  if own[verb] then
    errors.raise { kind = "invalid", message = ("command: %s is not sent by itself"):format(verb),
      hint = "see " .. own[verb] }
  end
  return ask(self, line)
end

-- one argument that ends where the command does
local function word(verb, text)
  options.argument(verb, "the name", text, "string")
  if text:find "[\r\n\0]" or text == "" then
    errors.invalid("%s: the name is empty or has a line break in it", verb)
  end
  return text
end

---Asks whether an address is known (RFC 5321 3.5); most servers do not tell.
---@param address string
---@return table reply
function methods:vrfy(address)
  return ask(self, "VRFY " .. word("vrfy", address))
end

---Asks who is on a list.
---@param list string
---@return table reply
function methods:expn(list)
  return ask(self, "EXPN " .. word("expn", list))
end

---Says nothing; the connection stays open.
---@return table reply
function methods:noop()
  return ask(self, "NOOP")
end

local send_rows <const> = {
  from = { type = "string", default = "" }, recipients = { type = "table", required = true },
  data = { type = "string" }, path = { type = "string" }, source = { type = "callable" },
  partial = { type = "boolean", default = false }, binary = { type = "boolean", default = false },
  utf8 = { type = "boolean", default = false }, progress = { type = "callable" },
  dsn = { type = "table", convert = function(value) return envelope.dsn(value) end },
}

---Sends a message that is one already: MIME as text, from a file, or from a function.
---@param given { from: string, recipients: string[], data: string, path: string,
---source: (fun(): string|nil), partial: boolean, binary: boolean, utf8: boolean,
---dsn: satchel.DsnOptions, progress: fun(done: integer, total: integer) }
---@return satchel.smtp.Outcome[] one for each recipient
function methods:send(given)
  local opts = options.check("send", given, send_rows)
  for _, address in ipairs(opts.recipients) do
    options.argument("send", "a recipient", address, "string")
  end
  local body <close> = setmetatable(content.of(opts), { __close = function(c) c.close() end })
  return transaction.send(rawget(self, "_"), { envelope = envelope.new(opts), content = body,
    partial = opts.partial, progress = opts.progress })
end

local harmless <const> = { NOOP = true, HELP = true, VRFY = true, EXPN = true, RSET = true }

-- what is answered where nothing is sent
local answers <const> = {
  command = function() return { code = 250, "" } end,
  send = function(given)
    local opts, results = options.check("send", given, send_rows), {}
    for i, email in ipairs(envelope.new(opts).recipients) do
      results[i] = { email = email, ok = true }
    end
    return results
  end,
}

---session.smtp of a dry run.
---@param connection satchel.smtp.Connection
---@param trace function|nil
---@return table
function M.dry(connection, trace)
  return require("satchel.dry_run").native(M.new(connection), answers, function(line)
    local verb = (line:match "^%a+" or ""):upper()
    return harmless[verb] or own[verb] ~= nil or line == ""
  end, trace)
end

---@param connection satchel.smtp.Connection
---@return satchel.smtp.Native
function M.new(connection)
  return setmetatable({ _ = connection }, Native)
end

return M

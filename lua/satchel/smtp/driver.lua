-- The driver of sessions that only send: SMTP and LMTP. There are no folders.

local connection = require "satchel.smtp.connection"
local errors = require "satchel.error"
local native = require "satchel.smtp.native"
local outgoing = require "satchel.smtp.outgoing"

---@class satchel.smtp.Driver
---@field protocol "smtp"
---@field user string
---@field connection satchel.smtp.Connection
---@field raw satchel.smtp.Native
local Driver = { __name = "satchel.smtp.Driver", protocol = "smtp" }

local M = {}

---@param feature string
---@return "server"|"client"|false
function Driver.can(_, feature)
  return feature == "send" and "server" or false
end

---@param message table
---@param opts table
---@return table answer { message_id =, results = }
function Driver:send(message, opts)
  return outgoing.send({ smtp = self.connection, user = self.user }, message, opts)
end

---The native protocol of a dry run.
---@param trace function|nil
---@return table
function Driver:dry_raw(trace)
  return native.dry(self.connection, trace)
end

function Driver:close()
  self.connection:close()
end

-- everything else that a session may ask of a driver
local others <const> = {}
for verb in ([[list_folders root role_folder find_folder get_folder create_folder rename_folder
  move_folder copy_folder delete_folder empty_folder count ids cursor get load create update
  move copy delete save attachments open_attachment attachment_item submit get_props set_props
  mailbox mime]]):gmatch "%S+" do others[verb] = true end

function Driver.__index(_, name)
  if Driver[name] then return Driver[name] end
  if not others[name] then return nil end
  return function()
    errors.raise({ kind = "unsupported",
      message = "smtp only sends: it has no folders and no items",
      hint = "imap, pop3 and mapi have; session:send works here" }, 1)
  end
end

---Connects and logs on.
---@param options table the options of satchel.connect
---@return satchel.smtp.Driver
function M.open(options)
  if options.mailbox then errors.unsupported "connect: smtp has no mailboxes" end
  local opened = connection.open { url = options.url, user = options.login or options.user,
    password = options.password, token = options.token, tls = options.tls,
    timeout = options.timeout, proxy = options.proxy, trace = options.trace,
    limits = options.limits }
  return setmetatable({ connection = opened, user = options.user, raw = native.new(opened) },
    Driver)
end

return M

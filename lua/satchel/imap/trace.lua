-- Commands and responses of IMAP as events for `trace`. Literals are shown by
-- their sizes, what authenticates as ***.

local M = {}

-- a URL with what authorizes it (RFC 4467), in any case
local function unauthorized(text)
  return (text:gsub("(:[Ii][Nn][Tt][Ee][Rr][Nn][Aa][Ll]:)%x+", "%1***"))
end

-- commands whose arguments are secret (RFC 9051 6.2.2, 6.2.3; RFC 4467 6)
local function masked(text)
  local mechanism = text:match "^[Aa][Uu][Tt][Hh][Ee][Nn][Tt][Ii][Cc][Aa][Tt][Ee] (%S+) "
  if mechanism then return "AUTHENTICATE " .. mechanism .. " ***" end
  if text:find "^[Ll][Oo][Gg][Ii][Nn] " then return "LOGIN ***" end
  return unauthorized(text)
end

local function one_part(part)
  if type(part) == "string" then return part end
  return ("%s{%d}"):format(part.binary and "~" or "", part.size or #part.literal)
end

---The text of a command.
---@param parts string|table[]
---@return string
function M.command(parts)
  if type(parts) == "string" then return masked(parts) end
  local list = {}
  for i, part in ipairs(parts) do list[i] = one_part(part) end
  return masked(table.concat(list))
end

---Text in which a secret that was said is ***: a server may repeat it.
---@param text string
---@param secret any what is no text or empty hides nothing
---@return string
function M.hide(text, secret)
  if type(secret) ~= "string" or secret == "" then return text end
  return (text:gsub(secret:gsub("%W", "%%%0"), "***"))
end

---The text of a response. In a dialogue of authentication the server's
---challenges are shown as ***.
---@param shown string
---@param command? satchel.imap.Command
---@return string
function M.response(shown, command)
  local secret = command and command.secret
  if secret and shown:sub(1, 1) == "+" then return "+ ***" end
  return M.hide(unauthorized(shown), secret)
end

---@param show fun(event: satchel.TraceEvent)|nil
---@param direction string "send" or "receive"
---@param text string
---@param round_trip integer
function M.show(show, direction, text, round_trip)
  if show then
    show { layer = "imap", direction = direction, text = text, round_trip = round_trip }
  end
end

return M

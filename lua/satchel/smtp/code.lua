-- What replies of SMTP mean: the kind of error by the enhanced status code
-- (RFC 3463, the registry of RFC 5248), else by the reply code (RFC 5321 4.2.3).

local errors = require "satchel.error"

local M = {}

-- subject.detail of 4.x.x and 5.x.x; a subject alone stands for its rest
local by_status <const> = {
  ["1.0"] = "not_found", ["1.1"] = "not_found", ["1.2"] = "not_found", ["1.3"] = "invalid",
  ["1.4"] = "invalid", ["1.5"] = "server", ["1.6"] = "not_found", ["1.7"] = "invalid",
  ["1.8"] = "denied", ["1.9"] = "server", ["1.10"] = "not_found", ["1"] = "not_found",
  ["2.1"] = "denied", ["2.2"] = "quota", ["2.3"] = "limit", ["2.4"] = "server", ["2"] = "server",
  ["3.1"] = "quota", ["3.3"] = "unsupported", ["3.4"] = "limit", ["3"] = "server",
  ["4.1"] = "network", ["4.4"] = "not_found", ["4.5"] = "throttled", ["4"] = "network",
  ["5.3"] = "limit", ["5.6"] = "auth", ["5"] = "protocol",
  ["6.1"] = "unsupported", ["6.3"] = "unsupported", ["6.7"] = "unsupported", ["6"] = "invalid",
  ["7.3"] = "unsupported", ["7.4"] = "unsupported", ["7.8"] = "auth", ["7.9"] = "auth",
  ["7.11"] = "tls", ["7.12"] = "auth", ["7.13"] = "auth", ["7.14"] = "auth", ["7.10"] = "tls",
  ["7"] = "denied",
}

-- 4.x.x where it is not what 5.x.x is
local for_now <const> = {
  ["3.1"] = "throttled", ["3.2"] = "throttled", ["4"] = "network", ["5.3"] = "throttled",
  ["7.0"] = "throttled", ["7.1"] = "throttled", ["7"] = "throttled", ["2.1"] = "throttled",
  ["2"] = "throttled", ["1"] = "server", ["1.0"] = "server", ["1.1"] = "server",
  ["1.2"] = "server", ["1.8"] = "server",
}

local by_code <const> = {
  [421] = "throttled", [432] = "auth", [450] = "throttled", [451] = "server",
  [452] = "throttled", [454] = "tls", [455] = "unsupported",
  [500] = "protocol", [501] = "invalid", [502] = "unsupported", [503] = "protocol",
  [504] = "unsupported", [530] = "auth", [534] = "auth", [535] = "auth", [538] = "tls",
  [550] = "not_found", [551] = "not_found", [552] = "quota", [553] = "invalid",
  [554] = "denied", [555] = "unsupported",
}

-- what the same code means elsewhere than in the answer to RCPT
local at_stage <const> = {
  mail = { [550] = "denied", [552] = "limit", [553] = "denied" },
  data = { [550] = "denied", [552] = "limit", [553] = "denied" },
  auth = { [454] = "server", [550] = "auth", [501] = "auth" },
  greeting = { [550] = "denied" },
}

local function status_kind(enhanced)
  local class, subject, detail = enhanced:match "^(%d)%.(%d+)%.(%d+)$"
  local exact = subject .. "." .. detail
  -- x.0.0 says no more than the reply code
  if subject == "0" then return nil end
  if class == "4" then
    local kind = for_now[exact] or not by_status[exact] and for_now[subject]
    if kind then return kind end
  end
  return by_status[exact] or by_status[subject]
end

---The kind of error of a reply that is a refusal.
---@param reply { code: integer, enhanced?: string }
---@param stage? string "mail" "rcpt" "data" "auth" "greeting"
---@return satchel.ErrorKind
function M.kind(reply, stage)
  -- RFC 4954 6: log on first
  if stage == "auth" and reply.code >= 500 or reply.code == 530 then return "auth" end
  local kind = reply.enhanced and status_kind(reply.enhanced)
  if kind then return kind end
  kind = stage and at_stage[stage] and at_stage[stage][reply.code] or by_code[reply.code]
  if kind then return kind end
  return reply.code < 500 and "throttled" or "server"
end

---A reply as one line of text: "550 5.1.1 unknown user".
---@param reply table
---@return string
function M.text(reply)
  local lines = {}
  for i, line in ipairs(reply) do lines[i] = line end
  local text = table.concat(lines, " ")
  if not utf8.len(text) then text = text:gsub("[\x80-\xff]", "?") end
  text = ("%d %s%s"):format(reply.code, reply.enhanced and reply.enhanced .. " " or "", text)
  return (text:gsub("%c", " "):gsub("%s+$", ""))
end

---The error of a reply that is a refusal.
---@param reply table
---@param what string what was refused: "send: the server refused bob@x.test"
---@param stage? string as for kind
---@return satchel.Error
function M.error(reply, what, stage)
  local kind = M.kind(reply, stage)
  return errors.new { kind = kind, code = reply.code, name = reply.enhanced, stage = stage,
    retryable = reply.code < 500, message = what .. ": " .. M.text(reply) }
end

return M

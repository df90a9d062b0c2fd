-- A transport that passes everything to another one and writes each exchange as
-- a line of JSON for support.replay: secrets masked, marks noted.
--
--   local recorder = record.new(transport, "spec/recordings/name.jsonl")
--   recorder.transport(request) ; recorder:close()

local core = require "satchel.core"
local json = require "cjson"
local volatile = require "support.volatile"

local M = {}

local masked = {
  authorization = true, cookie = true, ["set-cookie"] = true,
  ["proxy-authorization"] = true, ["www-authenticate"] = true,
}

local function hex(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

-- small ones to be read by people, large ones small
local function packed(body)
  if #body < 2000 then return hex(body) end
  return { #body, core.text.base64(core.wire.compress(body)) }
end

local function mask(name, value)
  return masked[name:lower()] and "***" or value
end

-- headers of a request are "Name: value" lines
local function request_headers(lines)
  local headers = {}
  for _, line in ipairs(lines or {}) do
    local name, value = line:match "^([^:]+):%s*(.*)$"
    headers[name] = mask(name, value)
  end
  return headers
end

local function response_headers(list)
  local headers = {}
  for i, h in ipairs(list or {}) do headers[i] = { h[1], mask(h[1], h[2]) } end
  return headers
end

local Recorder = {}
Recorder.__index = Recorder

---@param transport function what really sends
---@param path string the file to write
---@return table recorder with .transport
function M.new(transport, path)
  os.execute(("mkdir -p '%s'"):format(path:match "^(.*)/" or "."))
  local self = setmetatable({ file = assert(io.open(path, "w")) }, Recorder)
  volatile.start()
  function self.transport(request)
    local response, err = transport(request)
    self:write(request, response, err)
    return response, err
  end
  return self
end

function Recorder:write(request, response, err)
  local body = request.body or ""
  self.file:write(json.encode {
    time = os.time(),
    method = request.method or "GET",
    path = request.url:match "^%a+://[^/]*(.*)$",
    request_headers = request_headers(request.headers),
    request_body = packed(body),
    marks = volatile.marks_in(body),
    status = response and response.status,
    response_headers = response and response_headers(response.headers),
    response_body = response and packed(response.body or ""),
    error = not response and { kind = err.kind, message = err.message, status = err.status }
      or nil,
  }, "\n")
end

function Recorder:close()
  if self.file then
    self.file:close()
    volatile.stop()
  end
  self.file = nil
end

Recorder.__close = Recorder.close

return M

-- A transport that passes everything to another one and writes each exchange as
-- a line of JSON for support.replay: marks noted, and without the headers that
-- carry secrets.
--
--   local recorder = record.new(transport, "spec/recordings/name.jsonl")
--   recorder.transport(request) ; recorder:close()

local core = require "satchel.core"
local json = require "cjson"
local volatile = require "support.volatile"

local M = {}

local function hex(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

-- bytes as hexadecimal digits, or as { size, compressed, in base64 } if that is
-- shorter
local function packed(body)
  local digits = hex(body)
  if #body < 100 then return digits end
  local text = core.text.base64(core.wire.compress(body))
  return #text < #digits and { #body, text } or digits
end

-- what a client looks at; the rest is not kept
local kept = { "content-type", "location", "retry-after", "x-requesttype", "x-responsecode" }
for _, name in ipairs(kept) do kept[name] = true end

-- headers of a request are "Name: value" lines; none of them is a secret
local function request_headers(lines)
  local headers = {}
  for _, line in ipairs(lines or {}) do
    local name, value = line:match "^([^:]+):%s*(.*)$"
    if kept[name:lower()] then headers[name] = value end
  end
  return headers
end

local function response_headers(list)
  local headers = {}
  for _, h in ipairs(list or {}) do
    if kept[h[1]:lower()] then headers[#headers + 1] = { h[1], h[2] } end
  end
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

-- what a line does not say is as in the line before
local repeated = { "time", "method", "path", "status", "request_headers", "response_headers" }

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for k, v in pairs(a) do
    if not same(v, b[k]) then return false end
  end
  for k in pairs(b) do
    if a[k] == nil then return false end
  end
  return true
end

function Recorder:write(request, response, err)
  local body = request.body or ""
  local line = {
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
  }
  local last = self.last or {}
  self.last = {}
  for _, name in ipairs(repeated) do
    self.last[name] = line[name] == nil and last[name] or line[name]
    if same(line[name], last[name]) then line[name] = nil end
  end
  self.file:write(json.encode(line), "\n")
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

-- A transport that passes everything to another one and writes each exchange as
-- a line of JSON, secrets masked, for support.replay.
--
--   local recorder = record.new(transport, "spec/recordings/name.jsonl")
--   recorder:volatile(marker)    -- bytes that differ each time it is run
--   connect { transport = recorder.transport }
--   recorder:close()

local json = require "cjson"
local core = require "satchel.core"

local M = {}

local masked = {
  authorization = true, cookie = true, ["set-cookie"] = true,
  ["proxy-authorization"] = true, ["www-authenticate"] = true,
}

local function hex(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
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
  for i, h in ipairs(list or {}) do
    local name, value = h[1] or h.name, h[2] or h.value
    headers[i] = { name, mask(name, value) }
  end
  return headers
end

-- where the volatile bytes stand, as pairs of offset and length
local function ranges(body, strings)
  local found = {}
  for _, s in ipairs(strings) do
    local from, to = body:find(s, 1, true)
    while from do
      found[#found + 1] = { from - 1, to - from + 1 }
      from, to = body:find(s, to + 1, true)
    end
  end
  return #found > 0 and found or nil
end

local Recorder = {}
Recorder.__index = Recorder

---@param transport function what really sends
---@param path string the file to write
---@return table recorder with .transport
function M.new(transport, path)
  local self = setmetatable({ file = assert(io.open(path, "w")), strings = {} }, Recorder)
  function self.transport(request)
    local response, err = transport(request)
    self:write(request, response, err)
    return response, err
  end
  return self
end

---Bytes that are random or depend on the time: replaying ignores them where
---they stand.  UTF-16 text is found too.
---@param bytes string
function Recorder:volatile(bytes)
  self.strings[#self.strings + 1] = bytes
  self.strings[#self.strings + 1] = core.text.utf16(bytes)
end

function Recorder:write(request, response, err)
  local body = request.body or ""
  self.file:write(json.encode {
    method = request.method,
    path = request.url:match "^%a+://[^/]*(.*)$",
    request_headers = request_headers(request.headers),
    request_body = hex(body),
    volatile = ranges(body, self.strings),
    status = response and response.status,
    response_headers = response and response_headers(response.headers),
    response_body = response and hex(response.body or ""),
    error = not response and { kind = err.kind, message = err.message } or nil,
  }, "\n")
end

function Recorder:close()
  if self.file then self.file:close() end
  self.file = nil
end

Recorder.__close = Recorder.close
Recorder.__gc = Recorder.close

return M

-- A transport that answers from a recording: each request is looked for, in
-- order, among the exchanges not used yet, by method, path, request type and
-- body; bytes that the recording declares volatile may differ.

local json = require "cjson"

local M = {}

local function unhex(text)
  return (text:gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end))
end

---The exchanges of a file.
---@param path string
---@return table[]
function M.load(path)
  local list = {}
  for line in io.lines(path) do
    local e = json.decode(line)
    e.request_body, e.response_body = unhex(e.request_body), unhex(e.response_body or "")
    list[#list + 1] = e
  end
  return list
end

-- the body with its volatile ranges blanked
local function blank(body, ranges)
  for _, range in ipairs(ranges or {}) do
    local at, n = range[1], range[2]
    if at + n <= #body then
      body = body:sub(1, at) .. ("\0"):rep(n) .. body:sub(at + n + 1)
    end
  end
  return body
end

local function header(lines, name)
  for _, line in ipairs(lines) do
    local k, v = line:match "^([^:]+):%s*(.*)$"
    if k:lower() == name then return v end
  end
end

local function recorded_type(e)
  for k, v in pairs(e.request_headers) do
    if k:lower() == "x-requesttype" then return v end
  end
end

local function matches(e, request)
  return e.method == request.method
    and recorded_type(e) == header(request.headers, "x-requesttype")
    and blank(e.request_body, e.volatile) == blank(request.body or "", e.volatile)
end

local function answer(e)
  if e.error then return nil, { kind = e.error.kind, message = e.error.message } end
  local fields = {}
  for _, h in ipairs(e.response_headers) do fields[h[1]:lower()] = h[2] end
  return { status = e.status, headers = e.response_headers, fields = fields,
    body = e.response_body }
end

---@param path string a file of support.record
---@return fun(request: table): table|nil, table|nil transport
---@return fun(): table[] left the exchanges that were not used
function M.new(path)
  local list = M.load(path)
  local function transport(request)
    for i, e in ipairs(list) do
      if matches(e, request) then
        table.remove(list, i)
        return answer(e)
      end
    end
    return nil, { kind = "protocol", message = ("no recorded answer to this %s of %d bytes in %s")
      :format(header(request.headers, "x-requesttype") or request.method,
        #(request.body or ""), path) }
  end
  return transport, function() return list end
end

return M

-- A transport that answers from a recording: each request is looked for, in
-- order, among the exchanges not used yet, by method, path, request type and
-- body; what is volatile may differ.

local core = require "satchel.core"
local json = require "cjson"
local volatile = require "support.volatile"

local M = {}

local function unhex(text)
  return (text:gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end))
end

-- a body is hexadecimal digits, or { size, compressed, in base64 }
local function body_of(value)
  if type(value) ~= "table" then return unhex(value or "") end
  return assert(core.wire.decompress(core.text.unbase64(value[2]), value[1]))
end

---The exchanges of a file.
---@param path string
---@return table[]
function M.load(path)
  local list = {}
  for line in io.lines(path) do
    local e = json.decode(line)
    e.request_body, e.response_body = body_of(e.request_body), body_of(e.response_body)
    list[#list + 1] = e
  end
  return list
end

local function header(lines, name)
  for _, line in ipairs(lines or {}) do
    local k, v = line:match "^([^:]+):%s*(.*)$"
    if k:lower() == name then return v end
  end
end

local function recorded_type(e)
  for k, v in pairs(e.request_headers) do
    if k:lower() == "x-requesttype" then return v end
  end
end

local function recorded_body(e)
  e.blank = e.blank or e.time and volatile.blank(e.request_body, e.marks or {}, e.time)
    or e.request_body
  return e.blank
end

local function find(list, request)
  local kind = header(request.headers, "x-requesttype")
  local path = request.url:match "^%a+://[^/]*(.*)$"
  local body = volatile.blank(request.body or "", nil, os.time())
  local function alike(e)
    return e.method == (request.method or "GET") and e.path == path and recorded_type(e) == kind
      and #e.request_body == #body
  end
  for i, e in ipairs(list) do
    if alike(e) and recorded_body(e) == body then return i end
  end
end

local function answer(e)
  if e.error then return nil, e.error end
  local fields = {}
  for _, h in ipairs(e.response_headers) do fields[h[1]:lower()] = h[2] end
  return { status = e.status, headers = e.response_headers, fields = fields,
    body = e.response_body, effective_url = e.path }
end

---@param path string a file of support.record
---@return fun(request: table): table|nil, table|nil transport
---@return fun(): table[] left the exchanges that were not used
function M.new(path)
  local list = M.load(path)
  local function transport(request)
    local i = find(list, request)
    if i then return answer(table.remove(list, i)) end
    return nil, { kind = "protocol", message = ("no recorded answer to this %s of %d bytes in %s")
      :format(header(request.headers, "x-requesttype") or request.method or "GET",
        #(request.body or ""), path) }
  end
  return transport, function() return list end
end

return M

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

-- what a line does not say is as in the line before (support.record)
local repeated = { "time", "method", "path", "status", "request_headers", "response_headers" }

---The exchanges of a file.
---@param path string
---@return table[]
function M.load(path)
  local list = {}
  for line in io.lines(path) do
    local e, last = json.decode(line), list[#list] or {}
    for _, name in ipairs(repeated) do
      if e[name] == nil then e[name] = last[name] end
    end
    e.time = math.tointeger(e.time)
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

-- the ROPs of an Execute as text, or the body itself
local function shown(kind, body)
  local execute = kind == "Execute" and core.wire.decode_body("request", "execute", body)
  if not execute then return { body:gsub("[^%g ]", ".") } end
  local list = {}
  for _, payload in ipairs(assert(core.wire.unwrap(execute.rop_buffer))) do
    local at = 1
    while at <= #payload.rops do
      list[#list + 1], at = core.wire.print_rop("request", payload.rops, at)
    end
    list[#list + 1] = "handles " .. table.concat(payload.handles, " ")
  end
  return list
end

-- where a request is another than the one that was recorded in its place
local function difference(list, request)
  local kind = header(request.headers, "x-requesttype")
  for _, e in ipairs(list) do
    if recorded_type(e) == kind then
      local ours, theirs = shown(kind, request.body or ""), shown(kind, e.request_body)
      for i = 1, math.max(#ours, #theirs) do
        if ours[i] ~= theirs[i] then
          return ("%s\nand not\n%s"):format(ours[i] or "nothing", theirs[i] or "nothing")
        end
      end
    end
  end
  return "none of this type is left"
end

---@param path string a file of support.record
---@return fun(request: table): table|nil, table|nil transport
---@return fun(): table[] left the exchanges that were not used
function M.new(path)
  local list, failed = M.load(path), nil
  local function transport(request)
    local i = not failed and find(list, request)
    if i then return answer(table.remove(list, i)) end
    failed = failed or ("no recorded answer to this %s in %s (README: Real servers):\n%s"):format(
      header(request.headers, "x-requesttype") or request.method or "GET", path,
      difference(list, request))
    error(failed, 0)
  end
  return transport, function() return list end
end

return M

-- Every recorded exchange with a real server is read whole, in both directions,
-- and written back to the same bytes.

local json = require "cjson"
local core = require "satchel.core"
local wire = core.wire

local bodies = {}
for _, body in ipairs(wire.bodies()) do bodies[body.type:lower()] = body.name end

local function unhex(s)
  return (s:gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end))
end

local function exchanges()
  local list = {}
  local files = assert(io.popen "ls spec/recordings/*.jsonl")
  for file in files:lines() do
    local n = 0
    for line in io.lines(file) do
      n = n + 1
      local x = json.decode(line)
      local kind = (x.request_headers or {})["X-RequestType"]
      if kind and bodies[kind:lower()] and x.status == 200 then
        list[#list + 1] = { where = ("%s:%d %s"):format(file, n, kind), file = file,
          name = bodies[kind:lower()], request = unhex(x.request_body),
          response = unhex(x.response_body):match "\r\n\r\n(.*)$" }
      end
    end
  end
  files:close()
  return list
end

-- Flags may be any number but 0 on the wire (QUIRKS 6); ours are 1.
local function same_bytes(where, before, after)
  assert.equal(#before, #after, where)
  for i = 1, #before do
    local a, b = before:byte(i), after:byte(i)
    assert.is_true(a == b or a == 0xff and b == 1, ("%s differs at %d"):format(where, i))
  end
end

-- Calls 'each' with every ROP; 'context' gives what its layout depends on.
local function rops(dir, where, bytes, context, each)
  local at, count = 1, 0
  while at <= #bytes do
    local ctx = context(bytes, at)
    local rop, after = wire.decode_rop(dir, bytes, at, ctx)
    assert(rop, where .. ": " .. tostring(rop == nil and after.message))
    local again = assert(wire.encode_rop(dir, rop.rop, rop, ctx))
    if rop.subject_prefix then -- an empty text has two forms
      assert.same(rop, (wire.decode_rop(dir, again, 1, ctx)), where)
    else
      assert.equal(bytes:sub(at, after - 1), again, where .. " " .. rop.rop)
    end
    assert.is_string((wire.print_rop(dir, bytes, at, ctx)))
    each(rop)
    at, count = after, count + 1
  end
  return count
end

-- One Execute: 'columns' remembers the columns of each server object.
local function execute(where, request, response, columns)
  local asked = wire.unwrap(assert(wire.decode_body("request", "execute", request)).rop_buffer)
  local answer = assert(wire.decode_body("response", "execute", response))
  if answer.status_code ~= 0 or answer.error_code ~= 0 then return 0 end
  local by_index, tags, count = {}, {}, 0
  for _, payload in ipairs(asked) do
    for i, handle in ipairs(payload.handles) do by_index[i - 1] = columns[handle] end
    count = count + rops("request", where, payload.rops, function() end, function(rop)
      if rop.rop == "set_columns" then by_index[rop.input_handle_index] = rop.property_tags end
      if rop.rop == "get_properties_specific" then
        local of = tags[rop.input_handle_index] or {}
        of[#of + 1] = rop.property_tags
        tags[rop.input_handle_index] = of
      end
    end)
  end
  for _, payload in ipairs(wire.unwrap(answer.rop_buffer)) do
    local context = function(bytes, at)
      local index = bytes:byte(at + 1)
      local list = by_index[index]
      if bytes:byte(at) == 0x07 then list = table.remove(tags[index], 1) end
      return list and { columns = list }
    end
    count = count + rops("response", where, payload.rops, context, function(rop)
      if rop.recipient_columns then by_index[rop.handle_index] = rop.recipient_columns end
    end)
    for i, handle in ipairs(payload.handles) do
      if handle ~= 0xffffffff then columns[handle] = by_index[i - 1] end
    end
  end
  return count
end

describe("the recorded exchanges", function()
  local list = exchanges()

  it("are some", function() assert.is_true(#list >= 16) end)

  it("read and write back: the bodies", function()
    for _, x in ipairs(list) do
      for _, dir in ipairs { "request", "response" } do
        local fields, err = wire.decode_body(dir, x.name, x[dir])
        assert(fields, x.where .. ": " .. tostring(err and err.message))
        same_bytes(x.where, x[dir], assert(wire.encode_body(dir, x.name, fields)))
      end
    end
  end)

  it("read and write back: the ROPs", function()
    local columns, count, file = {}, 0, nil
    for _, x in ipairs(list) do
      if x.file ~= file then columns, file = {}, x.file end
      if x.name == "execute" then
        count = count + execute(x.where, x.request, x.response, columns)
      end
    end
    assert.is_true(count >= 23)
  end)

  it("are refused when cut anywhere: the bodies", function()
    for _, x in ipairs(list) do
      for _, dir in ipairs { "request", "response" } do
        for n = 0, math.min(#x[dir] - 1, 600) do
          local fields, err = wire.decode_body(dir, x.name, x[dir]:sub(1, n))
          assert.is_nil(fields, x.where)
          assert.equal("protocol", err.kind)
        end
      end
    end
  end)
end)

local luv = require "luv"
local net = require "satchel.core".net

local QUESTION <const> = "_autodiscover._tcp.example.test"

local function name(text)
  local parts = {}
  for part in text:gmatch "[^.]+" do parts[#parts + 1] = string.pack("s1", part) end
  return table.concat(parts) .. "\0"
end

-- an answer of RFC 1035 4.1 with SRV records (RFC 2782) to a query
local function answer(query, code, records)
  local question = query:sub(13)
  question = question:sub(1, question:find("\0", 1, true) + 4)
  local list = {}
  for i, r in ipairs(records) do
    local data = string.pack(">I2I2I2", r.priority, r.weight, r.port) .. name(r.target)
    list[i] = "\xc0\x0c" .. string.pack(">I2I2I4s2", 33, 1, 60, data)
  end
  return query:sub(1, 2) .. string.pack(">I2I2I2I2I2", 0x8180 | code, 1, #records, 0, 0)
    .. question .. table.concat(list)
end

describe("core.net.srv", function()
  local server, place, reply

  setup(function()
    server = luv.new_udp()
    server:bind("127.0.0.1", 0)
    place = "127.0.0.1:" .. server:getsockname().port
    server:recv_start(function(_, query, from)
      if query and reply then server:send(reply(query), from.ip, from.port) end
    end)
  end)
  teardown(function()
    server:close()
    luv.run()
  end)

  -- asks while this process plays the name server
  local function ask(how, seconds)
    reply = how
    local op = assert(net.srv(QUESTION, seconds or 3, place))
    local done, value = op:step()
    while done == false do
      luv.run "nowait"
      net.loop():step(0.005)
      done, value = op:step()
    end
    if done == nil then return nil, value end
    return value
  end

  it("gives the records in the order in which to try them", function()
    local records = {
      { target = "c.example.test", port = 8443, priority = 20, weight = 0 },
      { target = "b.example.test", port = 443, priority = 10, weight = 1 },
      { target = "a.example.test", port = 443, priority = 10, weight = 5 },
    }
    local asked
    local got = ask(function(query)
      asked = query
      return answer(query, 0, records)
    end)
    assert.same({ records[3], records[2], records[1] }, got)
    assert.truthy(asked:find(name(QUESTION) .. "\0\33\0\1", 1, true))
  end)

  it("gives no records where there are none", function()
    assert.same({}, ask(function(query) return answer(query, 0, {}) end))
    assert.same({}, ask(function(query) return answer(query, 3, {}) end))
  end)

  it("bounds the records", function()
    local many = {}
    for i = 1, 100 do
      many[i] = { target = "h" .. i, port = i, priority = i, weight = 0 }
    end
    -- more than a datagram takes: c-ares reads what is there
    local got, err = ask(function(query) return answer(query, 0, many) end)
    assert.truthy(got and #got == 64 or err.kind == "network")
  end)

  for at = 13, 80 do
    it("survives an answer cut at " .. at, function()
      local whole
      local got, err = ask(function(query)
        whole = answer(query, 0, {
          { target = "a.example.test", port = 443, priority = 1, weight = 1 } })
        return whole:sub(1, at)
      end, 0.05)
      assert.truthy(at < #whole)
      assert.is_nil(got)
      assert.truthy(err.kind == "network" or err.kind == "timeout")
    end)
  end

  it("explains a failure of the name server", function()
    local got, err = ask(function(query) return answer(query, 2, {}) end)
    assert.is_nil(got)
    assert.equal("network", err.kind)
    assert.truthy(err.message:find(QUESTION, 1, true))
    assert.is_true(err.retryable)
  end)

  it("gives up", function()
    local got, err = ask(nil, 0.2)
    assert.is_nil(got)
    assert.equal("timeout", err.kind)
  end)

  it("can be cancelled, and forgotten", function()
    reply = nil
    net.srv(QUESTION, 3, place):cancel()
    for _ = 1, 5 do net.srv(QUESTION, 3, place) end
    collectgarbage()
    net.loop():step(0.01)
  end)

  it("refuses a name that is too long, and times that are none", function()
    local op, err = net.srv(("a"):rep(300))
    assert.is_nil(op)
    assert.equal("invalid", err.kind)
    assert.has_error(function() net.srv("a", -1) end)
    assert.has_error(function() net.srv("a", 0 / 0) end)
    op, err = net.srv("a", 1, "not an address")
    assert.is_nil(op)
    assert.equal("network", err.kind)
  end)
end)

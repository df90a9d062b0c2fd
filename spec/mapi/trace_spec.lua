-- Recorded exchanges with a real server: each ROP and each answer of them reads.

local replay = require "support.replay"
local trace = require "satchel.mapi.trace"

local function headers(fields)
  local lines = {}
  for name, value in pairs(fields) do lines[#lines + 1] = name .. ": " .. value end
  return lines
end

local function shown(path)
  local events = {}
  local reader = trace.new(function(event) events[#events + 1] = event end)
  for n, exchange in ipairs(replay.load(path)) do
    local answered = reader:request({ url = "https://h" .. exchange.path,
      headers = headers(exchange.request_headers), body = exchange.request_body }, n)
    if answered then answered { body = exchange.response_body } end
  end
  return events
end

local list = io.popen "ls spec/recordings/*.jsonl"
for path in list:lines() do
  describe("the trace of " .. path, function()
    local events, asked, answered = shown(path), 0, 0
    it("reads throughout", function()
      for _, event in ipairs(events) do
        assert.not_matches("^%?", event.text)
        if event.layer == "rop" and event.direction == "send" then asked = asked + 1 end
        if event.layer == "rop" and event.direction == "receive" then answered = answered + 1 end
        assert.is_truthy(event.rop or event.body)
      end
      assert.is_true(asked > 0 and answered > 0)
    end)
  end)
end
list:close()

describe("a trace of MAPI", function()
  local function request(body)
    return { url = "https://h/mapi/emsmdb/", headers = { "X-RequestType: Execute" }, body = body }
  end

  it("passes by what is no MAPI", function()
    local reader = trace.new(function() error "shown" end)
    assert.is_nil(reader:request({ url = "https://h/autodiscover" }, 1))
    assert.is_nil(reader:request(request "", 1))
    assert.is_nil(reader:request(request(("\xff"):rep(40)), 1))
    assert.is_nil(reader:request({ url = "https://h/", headers = { "X-RequestType: Dance" } }, 1))
  end)

  it("shows what does not decode as so many bytes, once", function()
    local wire, texts = require("satchel.core").wire, {}
    local reader = trace.new(function(event) texts[#texts + 1] = event.text end)
    local rops = wire.wrap { { rops = "\x01\x00\x00\x15\x00", handles = { 7 } } }
    reader:request(request(assert(wire.encode_body("request", "execute",
      { flags = 3, rop_buffer = rops, max_rop_out = 0x8000, auxiliary_buffer = "" }))), 1)
    assert.equal(2, #texts)
    assert.matches("^release ", texts[1])
    assert.matches("^%? 2 bytes: ", texts[2])
  end)
end)

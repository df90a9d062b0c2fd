local client = require "sandbox.client"
local core = require "satchel.core"
local sandbox = require "satchel.sandbox"

local ANNA = "anna@example.test"

describe("a fault", function()
  local box, c
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret" } }
    c = client.new(box, ANNA)
  end)

  -- one request that changes nothing: response, err
  local function post()
    local bytes, handles = c:encode("get_receive_folder_table", c.logon, {})
    return c:post("execute", core.wire.encode_body("request", "execute", { flags = 3,
      rop_buffer = core.wire.wrap { { rops = bytes, handles = handles } }, max_rop_out = 0x8000 }))
  end

  local function is_well()
    local response = post()
    return response and response.status == 200 and response.fields["x-responsecode"] == "0"
  end

  it("throttles for as long as it says", function()
    box:fault("throttle", { times = 2, retry_after = 7 })
    for _ = 1, 2 do
      local response = post()
      assert.are.same({ 503, 7 }, { response.status, response.retry_after })
    end
    assert.is_true(is_well())
  end)

  it("cuts the connection before the work or with the answer", function()
    local inbox = box.users:find(ANNA).store.roles.inbox
    local function create()
      return pcall(c.must, c, "create_folder", c:open "inbox", { folder_type = 1,
        use_unicode_strings = true, open_existing = true, display_name = "x", comment = "" })
    end
    box:fault("cut", { after = 1 })
    assert.is_false((create()))
    assert.is_nil(inbox:child "x")
    box:fault("lost", { after = 1 })
    assert.is_false((create()))
    assert.is_not_nil(inbox:child "x")
  end)

  it("says of a cut that it may be tried again", function()
    box:fault "cut"
    local _, err = post()
    assert.are.same({ "network", true }, { err.kind, err.retryable })
  end)

  for _, case in ipairs {
    { "expire", "10" }, { "rotate", "15" },
  } do
    it(case[1] .. "s the context", function()
      box:fault(case[1])
      assert.are.equal(case[2], post().fields["x-responsecode"])
    end)
  end

  it("answers with a web page", function()
    box:fault "html"
    local response = post()
    assert.are.same({ 200, "text/html" }, { response.status, response.fields["content-type"] })
    assert.is_nil(response.fields["x-responsecode"])
  end)

  it("cuts, spoils or blows up the body", function()
    local whole = #post().body
    box:fault("truncated", { bytes = 20 })
    assert.are.equal(20, #post().body)
    box:fault "malformed"
    assert.is_truthy(post().body:find(("\xff"):rep(64), 1, true))
    box:fault("oversized", { bytes = 100000 })
    assert.is_true(#post().body > whole + 90000)
  end)

  it("delays the answer", function()
    box:fault("delay", { seconds = 0.05 })
    local asked = {}
    package.loaded["satchel.task"].sleep(0)
    local response = box:handle { method = "POST", url = c.url, headers = {}, body = "",
      auth = { user = ANNA, password = "secret" } }
    asked[1] = response.delay
    assert.are.same({ 0.05 }, asked)
  end)

  it("waits for its request type and its turn", function()
    box:fault("throttle", { on = "Connect" })
    box:fault("unauthorized", { after = 1 })
    assert.is_true(is_well())
    assert.are.equal(401, post().status)
    assert.is_true(is_well())
    local other = client.new(box, ANNA)
    assert.are.equal(503, other.connected.status)
  end)

  local function first_rop(reply_of)
    local bytes, handles = c:encode("get_receive_folder_table", c.logon, {})
    local payloads = c:execute(bytes, handles)
    local reply = core.wire.decode_rop("response", payloads[1].rops)
    return reply, bytes, reply_of
  end

  it("asks a ROP to come later", function()
    box:fault("backoff", { milliseconds = 250 })
    local reply = first_rop()
    assert.are.same({ "backoff", 250 }, { reply.rop, reply.duration })
    assert.are.equal("get_receive_folder_table", first_rop().rop)
  end)

  it("gives a ROP back", function()
    box:fault("too_small", { rop = "get_receive_folder_table" })
    c:open "inbox"
    local reply, bytes = first_rop()
    assert.are.same({ "buffer_too_small", bytes }, { reply.rop, reply.request_buffers })
  end)

  for _, case in ipairs {
    { "that nobody knows", "throttel", nil, "did you mean 'throttle'" },
    { "with an unknown option", "throttle", { retry_afer = 1 }, "retry_after" },
    { "on an unknown ROP", "backoff", { rop = "query_row" }, "query_rows" },
  } do
    it(case[1] .. " is a mistake that names the nearest", function()
      local ok, err = pcall(box.fault, box, case[2], case[3])
      assert.is_false(ok)
      assert.are.equal("invalid", err.kind)
      assert.is_truthy(tostring(err):find(case[4], 1, true), tostring(err))
    end)
  end

  it("is forgotten on request", function()
    box:fault("throttle", { times = 99 })
    box.faults:clear()
    assert.is_true(is_well())
  end)
end)

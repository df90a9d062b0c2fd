-- Streams that are compressed (RFC 4978).

local line_peer = require "support.line_peer"
local stream = require "support.stream"
local task = require "satchel.task"

local function close_all(p, s)
  if s then s:close() end
  p:close()
end

describe("DEFLATE", function()
  -- "hello\r\n", raw and flushed (RFC 1951)
  local HELLO <const> = "\\xca\\x48\\xcd\\xc9\\xc9\\xe7\\xe5\\x02\\x00\\x00\\x00\\xff\\xff"

  it("begins where it is told to, with what is unread", function()
    for _, piece in ipairs { 0, 1 } do
      local p <close> = line_peer.start("S: go\nS- " .. HELLO .. HELLO, { piece = piece })
      local s = assert(stream.open(p))
      assert.equal("go\r\n", stream.line(s))
      assert.is_true((s:compress()))
      local rest, err = stream.rest(s)
      assert.equal("hello\r\nhello\r\n", rest)
      assert.is_true(err.closed)
    end
  end)

  it("gives what came before a cut", function()
    line_peer.each_cut("S- " .. HELLO, nil, function(p, bytes)
      local s = assert(stream.open(p))
      assert(s:compress())
      local rest, err = stream.rest(s)
      assert.equal(rest, ("hello\r\n"):sub(1, #rest))
      assert.is_true(#rest <= bytes)
      assert.is_true(err.closed)
    end)
  end)

  it("refuses bytes that are not compressed", function()
    local p <close> = line_peer.start "S: go\nS: these are no compressed bytes\n! stall"
    local s = assert(stream.open(p))
    stream.line(s)
    assert(s:compress())
    local rest, err = stream.rest(s)
    assert.equal("", rest)
    assert.equal("protocol", err.kind)
    assert.truthy(err.message:find("compressed bytes that make no sense", 1, true))
    assert.is_nil(s:write "x")
  end)

  it("keeps small what swells", function()
    -- 64 MiB of zeros in 65 KiB
    local p <close> = line_peer.start("S: go\n! zeros 64\n! stall")
    local s = assert(stream.open(p))
    stream.line(s)
    assert(s:compress())
    assert(task.result(s))
    for _ = 1, 10 do task.sleep(0.01) end
    assert.is_true(s:info().received <= 3 << 20, tostring(s:info().received))
    local got = 0
    while got < 64 << 20 do got = got + #assert(stream.some(s)) end
    assert.equal(64 << 20, got)
    s:close()
  end)
end)

it("a bare stream has nothing to bind to", function()
  local p <close> = line_peer.start "S: hello\n! stall"
  local s = assert(stream.open(p))
  for _, kind in ipairs { "tls-exporter", "tls-unique", "tls-server-end-point", "x" } do
    assert.is_nil(s:binding(kind))
  end
  close_all(p, s)
end)

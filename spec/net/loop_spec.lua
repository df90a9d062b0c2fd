local net = require "satchel.core".net
local task = require "satchel.task"

describe("core.net.loop", function()
  local loop = net.loop()

  it("is one for each Lua state", function()
    assert.equal(loop, net.loop())
    assert.equal(loop:fd(), net.loop():fd())
  end)

  it("runs timers in order of time, whatever the order of starting", function()
    local done, ops = {}, {}
    for _, ms in ipairs { 50, 10, 30, 20, 40, 0 } do
      ops[ms] = loop:timer(ms / 1000)
    end
    while next(ops) do
      loop:step()
      local now = {}
      for ms, op in pairs(ops) do
        if op:step() then now[#now + 1] = ms end
      end
      table.sort(now)
      for _, ms in ipairs(now) do
        done[#done + 1], ops[ms] = ms, nil
      end
    end
    assert.same({ 0, 10, 20, 30, 40, 50 }, done)
  end)

  it("says how long to wait", function()
    local op = loop:timer(100)
    local left = loop:timeout()
    assert.truthy(left > 99 and left <= 100)
    local sooner = loop:timer(1)
    assert.truthy(loop:timeout() <= 1)
    sooner:cancel()
    assert.truthy(loop:timeout() > 99)
    op:cancel()
    assert.truthy((loop:timeout() or 1e9) > 99)
  end)

  it("waits no longer than told", function()
    local op <close> = loop:timer(100)
    local before = os.time()
    loop:step(0.05)
    assert.truthy(os.time() - before <= 1)
    assert.is_false((op:step()))
  end)

  it("names each operation once, when it has ended and somebody waits", function()
    local watched, ignored = loop:timer(0), loop:timer(0)
    local token = watched:token()
    loop:step(0.05)
    assert.equal(0, loop:timeout())
    assert.equal(token, loop:finished())
    assert.is_nil(loop:finished())
    assert.is_true((ignored:step()))
    assert.equal(ignored:token(), loop:finished())
  end)

  it("does not wait when an operation ended on the way to another", function()
    loop:step(0)
    local noticed, other = loop:timer(0.01), loop:timer(100)
    local deadline = os.time() + 5
    -- the second one's steps run the loop until the first one has ended
    while loop:timeout() > 0 and os.time() < deadline do other:step() end
    loop:step(30)
    assert.is_true((noticed:step()))
    assert.truthy(os.time() < deadline)
    assert.truthy(loop:timeout() > 1)
    other:cancel()
  end)

  it("forgets a closed operation that was queued", function()
    local ops = {}
    for i = 1, 3 do ops[i] = loop:timer(0) end
    local tokens = {}
    for i = 1, 3 do tokens[i] = ops[i]:token() end
    loop:step(0.01)
    ops[2]:cancel()
    assert.equal(tokens[1], loop:finished())
    ops[1]:cancel()
    assert.equal(tokens[3], loop:finished())
    assert.is_nil(loop:finished())
  end)

  it("watches descriptors", function()
    local socket = require "cqueues.socket"
    local a, b = socket.pair()
    local op = loop:watch(a:pollfd(), "r", 0.02)
    assert.is_false((task.await(op)))
    op = loop:watch(a:pollfd(), "r")
    local second, err = loop:watch(a:pollfd(), "r")
    assert.is_nil(second)
    assert.equal("invalid", err.kind)
    b:setmode("bn", "bn")
    b:write "x"
    b:flush()
    assert.is_true(task.await(op))
    assert.is_true(task.await(loop:watch(a:pollfd(), "w")))
    a:close()
    b:close()
    assert.is_nil((loop:watch(999, "r")))
    assert.is_nil((loop:watch(-1, "r")))
  end)

  it("refuses what is no time", function()
    assert.has_error(function() loop:timer(0 / 0) end)
    assert.has_error(function() loop:timer "x" end)
  end)
end)

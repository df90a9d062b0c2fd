local cqueues = require "cqueues"
local luv = require "luv"
local peer = require "support.peer"
local task = require "satchel.task"
local transport = require "satchel.transport"

local attach_cqueues = require "satchel.adapters.cqueues"
local attach_luv = require "satchel.adapters.luv"

describe("adapters:", function()
  local p, get
  setup(function()
    p = peer.start()
    local send = transport.new { tls = false, proxy = false, timeout = 5 }
    get = function(path) return assert(send { url = p.url .. path }).body end
  end)
  teardown(function() p:close() end)

  -- two tasks that overlap, beside ticks of the host
  local function spawn(order)
    task.spawn(function()
      local body = get "slow:0.2"
      order[#order + 1] = body
      task.sleep(0.01)
      order[#order + 1] = "a ended"
    end)
    task.spawn(function()
      local body = get "html"
      order[#order + 1] = body
      order[#order + 1] = "b ended"
    end)
  end

  local expected = { "<html>Welcome</html>", "b ended", "late", "a ended" }

  it("luv runs two tasks beside its own work", function()
    local order, ticks = {}, 0
    spawn(order)
    local timer = luv.new_timer()
    timer:start(10, 10, function() ticks = ticks + 1 end)
    local adapter = attach_luv()
    task.spawn(function()
      task.sleep(0.3)
      timer:close()
    end)
    luv.run()
    assert.same(expected, order)
    assert.truthy(ticks >= 5)
    adapter:close()
    adapter:close()
    luv.run()
  end)

  it("luv gets a task that is spawned later", function()
    local adapter, ran = attach_luv(), false
    luv.run()
    local timer = luv.new_timer()
    timer:start(5, 0, function()
      task.spawn(function() task.sleep(0.01) ran = true end)
      adapter:step()
      timer:close()
    end)
    luv.run()
    adapter:close()
    luv.run()
    assert.is_true(ran)
  end)

  it("luv is told the error of a task nobody joined", function()
    local seen = {}
    local adapter = attach_luv(function(err) seen[#seen + 1] = err end)
    task.spawn(function() error("lost", 0) end)
    local t = task.spawn(function() task.sleep(0.02) return "kept" end)
    luv.run()
    adapter:close()
    luv.run()
    assert.same({ "lost" }, seen)
    assert.equal("kept", t:join())
  end)

  it("cqueues runs two tasks beside its own work", function()
    local order, ticks = {}, 0
    spawn(order)
    local cq = cqueues.new()
    attach_cqueues(cq)
    cq:wrap(function()
      for _ = 1, 10 do
        cqueues.sleep(0.01)
        ticks = ticks + 1
      end
    end)
    assert(cq:loop(5))
    assert.same(expected, order)
    assert.equal(10, ticks)
  end)

  it("cqueues is told the error of a task nobody joined", function()
    local seen = {}
    task.spawn(function() error("lost", 0) end)
    local t = task.spawn(function() task.sleep(0.02) return "kept" end)
    local cq = cqueues.new()
    attach_cqueues(cq, function(err) seen[#seen + 1] = err end)
    assert(cq:loop(5))
    assert.same({ "lost" }, seen)
    assert.equal("kept", t:join())
    task.spawn(function() error("lost again", 0) end)
    attach_cqueues(cq)
    local ok, err = cq:loop(5)
    assert.falsy(ok)
    assert.equal("lost again", err)
  end)
end)

describe("many requests", function()
  it("go on beside each other, each on a connection that is kept", function()
    local p = peer.start()
    local send = transport.new { tls = false, proxy = false, timeout = 20 }
    local connections, done = 0, 0
    local function round()
      for _ = 1, 200 do
        task.spawn(function()
          local r = assert(send { url = p.url .. "slow:1" })
          connections = connections + r.connections
          done = done + 1
        end)
      end
      task.run()
    end
    local before = os.time()
    round()
    assert.equal(200, connections)
    round()
    assert.equal(400, done)
    assert.equal(200, connections)
    assert.truthy(os.time() - before < 15)
    p:close()
  end)
end)

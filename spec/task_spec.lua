local errors = require "satchel.error"
local lock = require "satchel.lock"
local net = require "satchel.core".net
local task = require "satchel.task"

local loop = net.loop()

local function kind_of(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert.is_true(errors.is(err), tostring(err))
  return err.kind, err
end

describe("satchel.task", function()
  it("returns what the function returned", function()
    local t = task.spawn(function(a, b) return b, nil, a end, 1, 2)
    assert.same({ 2, nil, 1, n = 3 }, table.pack(t:join()))
    assert.same({ 2, nil, 1, n = 3 }, table.pack(t:join()))
  end)

  it("runs tasks beside each other", function()
    local order = {}
    local function sleeper(ms)
      task.sleep(ms / 1000)
      order[#order + 1] = ms
    end
    for _, ms in ipairs { 60, 20, 40 } do task.spawn(sleeper, ms) end
    task.run()
    assert.same({ 20, 40, 60 }, order)
  end)

  it("does not start a task before somebody runs the loop", function()
    local started = false
    local t = task.spawn(function() started = true end)
    assert.is_false(started)
    assert.equal(0, task.timeout())
    t:join()
    assert.is_true(started)
  end)

  it("waits outside of tasks without resuming anybody", function()
    local ran = false
    local t = task.spawn(function()
      task.sleep(0)
      ran = true
    end)
    task.sleep(0.03)
    assert.is_false(ran)
    t:join()
    assert.is_true(ran)
  end)

  it("joins a list and gives first values", function()
    local a = task.spawn(function() task.sleep(0.02) return "a", 1 end)
    local b = task.spawn(function() return "b", 2 end)
    assert.same({ "a", "b" }, task.join { a, b })
    assert.same({}, task.join {})
  end)

  it("joins inside a task", function()
    local inner = task.spawn(function() task.sleep(0.01) return 42 end)
    local outer = task.spawn(function() return (inner:join()) + 1 end)
    assert.equal(43, outer:join())
  end)

  it("raises what the task raised", function()
    local object = { kind = "quota" }
    local t = task.spawn(function() error(object, 0) end)
    local ok, err = pcall(t.join, t)
    assert.is_false(ok)
    assert.equal(object, err)
    assert.is_false((pcall(t.join, t)))
    task.run()
  end)

  it("waits for all of a list before it raises", function()
    local slow_ended = false
    local bad = task.spawn(function() error("bad", 0) end)
    local slow = task.spawn(function()
      task.sleep(0.03)
      slow_ended = true
    end)
    local ok, err = pcall(task.join, { slow, bad })
    assert.is_false(ok)
    assert.equal("bad", err)
    assert.is_true(slow_ended)
    task.run()
  end)

  it("raises the error of a task nobody joined: run", function()
    task.spawn(function() error("lost", 0) end)
    local later = task.spawn(function() task.sleep(0.02) return 1 end)
    local ok, err = pcall(task.run)
    assert.is_false(ok)
    assert.equal("lost", err)
    assert.equal(1, later:join())
    task.run()
  end)

  it("raises the error of a task nobody joined: step, join", function()
    task.spawn(function() error("lost 1", 0) end)
    local ok, err = pcall(task.step)
    assert.same({ false, "lost 1" }, { ok, err })
    local slow = task.spawn(function() task.sleep(0.01) end)
    task.spawn(function() error("lost 2", 0) end)
    slow:join()
    local good = task.spawn(function() return "good" end)
    ok, err = pcall(good.join, good)
    assert.same({ false, "lost 2" }, { ok, err })
    assert.equal("good", good:join())
  end)

  it("keeps an error that is nil an error", function()
    local t = task.spawn(function() error(nil) end)
    assert.is_false((pcall(t.join, t)))
  end)

  it("lets others run at a plain yield", function()
    local order = {}
    local function polite(name)
      for _ = 1, 2 do
        order[#order + 1] = name
        coroutine.yield()
      end
    end
    task.spawn(polite, "a")
    task.spawn(polite, "b")
    task.run()
    assert.same({ "a", "b", "a", "b" }, order)
  end)

  it("spawns inside of tasks", function()
    local n = 0
    task.spawn(function()
      for _ = 1, 3 do
        task.spawn(function() task.sleep(0) n = n + 1 end)
      end
    end)
    task.run()
    assert.equal(3, n)
  end)

  describe("cancel", function()
    it("raises at the await, and closes what is to be closed", function()
      local closed, seen = false, nil
      local t = task.spawn(function()
        local _ <close> = setmetatable({}, { __close = function(_, err)
          task.sleep(0.01) -- cleaning up may wait
          closed, seen = true, err.kind
        end })
        task.sleep(100)
      end)
      task.step()
      t:cancel()
      assert.equal("cancelled", (kind_of(t.join, t)))
      assert.is_true(closed)
      assert.equal("cancelled", seen)
      t:cancel()
      task.run()
    end)

    it("ends a task that has not started", function()
      local started = false
      local t = task.spawn(function() started = true end)
      t:cancel()
      task.run()
      assert.is_false(started)
      assert.equal("cancelled", (kind_of(t.join, t)))
    end)

    it("reaches a task that joins, and leaves the other alone", function()
      local inner = task.spawn(function() task.sleep(0.02) return 1 end)
      local outer = task.spawn(function() return inner:join() end)
      task.step()
      outer:cancel()
      assert.equal("cancelled", (kind_of(outer.join, outer)))
      assert.equal(1, inner:join())
    end)

    it("is raised once: who catches it goes on", function()
      local t = task.spawn(function()
        assert(not pcall(task.sleep, 100))
        task.sleep(0.01)
        return "still here"
      end)
      task.step()
      t:cancel()
      assert.equal("still here", t:join())
    end)

    it("is not reported when nobody joins", function()
      local t = task.spawn(task.sleep, 100)
      task.step()
      t:cancel()
      task.run()
    end)

    it("stops the operation", function()
      local cancelled = false
      local timer = loop:timer(100)
      local op = { step = function() return timer:step() end,
        token = function() return timer:token() end,
        cancel = function() cancelled = true end }
      local t = task.spawn(task.await, op)
      task.step()
      t:cancel()
      assert.equal("cancelled", (kind_of(t.join, t)))
      assert.is_true(cancelled)
      timer:cancel()
    end)

    it("of itself takes effect at the next wait", function()
      local t
      t = task.spawn(function()
        t:cancel()
        task.sleep(0)
      end)
      assert.equal("cancelled", (kind_of(t.join, t)))
    end)
  end)

  describe("where it cannot yield", function()
    -- each waits in a place of its own while another task counts
    local places = {
      ["a sort comparator"] = function()
        table.sort({ 3, 1, 2 }, function(a, b)
          task.sleep(0.005)
          return a < b
        end)
      end,
      ["a gsub callback"] = function()
        local _ = ("abc"):gsub(".", function() task.sleep(0.01) end)
      end,
      ["a generator of the caller"] = function()
        local generate = coroutine.wrap(function()
          for i = 1, 3 do
            task.sleep(0.01)
            coroutine.yield(i)
          end
        end)
        assert.same({ 1, 2, 3 }, { generate(), generate(), generate() })
      end,
      ["tostring"] = function()
        tostring(setmetatable({}, { __tostring = function()
          task.sleep(0.01)
          return "x"
        end }))
      end,
    }
    for name, place in pairs(places) do
      it("waits and resumes nobody: " .. name, function()
        local others = 0
        local before, after
        task.spawn(function()
          for _ = 1, 3 do
            others = others + 1
            coroutine.yield()
          end
        end)
        task.spawn(function()
          before = others
          place()
          after = others
        end)
        task.run()
        assert.equal(before, after)
        assert.equal(3, others)
      end)
    end

    local yielding = {
      ["__index"] = function()
        return setmetatable({}, { __index = function() task.sleep(0.02) return 1 end }).x
      end,
      ["a for loop's iterator"] = function()
        local rounds = 0
        for _ in function(_, i) task.sleep(0.02) return not i or nil end do
          rounds = rounds + 1
        end
        assert.equal(1, rounds)
      end,
      ["pcall"] = function() pcall(task.sleep, 0.02) end,
    }
    for name, place in pairs(yielding) do
      it("lets others run: " .. name, function()
        local others, after = 0, nil
        task.spawn(function()
          place()
          after = others
        end)
        task.spawn(function() others = others + 1 end)
        task.run()
        assert.equal(1, after)
      end)
    end

    it("knows where it is", function()
      assert.is_false(task.in_task())
      local seen = {}
      task.spawn(function()
        seen[1] = task.in_task()
        table.sort({ 1, 2 }, function(a, b) seen[2] = task.in_task() return a < b end)
        seen[3] = coroutine.wrap(task.in_task)()
      end):join()
      assert.same({ true, false, false }, seen)
    end)

    it("waits in a coroutine outside of tasks", function()
      local wrapped = coroutine.wrap(function()
        task.sleep(0.01)
        return "here"
      end)
      assert.equal("here", wrapped())
    end)
  end)

  describe("misuse", function()
    it("is told", function()
      assert.equal("invalid", (kind_of(task.spawn, 1)))
      assert.equal("invalid", (kind_of(task.sleep, "x")))
      assert.equal("invalid", (kind_of(task.sleep, 0 / 0)))
      assert.equal("invalid", (kind_of(task.join, 1)))
      assert.equal("invalid", (kind_of(task.join, { 1 })))
      for _, name in ipairs { "run", "step" } do
        local t = task.spawn(task[name])
        assert.equal("invalid", (kind_of(t.join, t)))
      end
    end)

    it("names the caller's line", function()
      local line = debug.getinfo(1, "l").currentline + 1
      local _, err = kind_of(function() task.sleep {} end)
      assert.truthy(tostring(err):find("task_spec.lua:" .. line, 1, true))
    end)

    it("does not wait for ever for oneself", function()
      local t
      t = task.spawn(function() t:join() end)
      assert.equal("invalid", (kind_of(t.join, t)))
    end)

    it("finds tasks that wait for each other", function()
      local a, b
      a = task.spawn(function() b:join() end)
      b = task.spawn(function() a:join() end)
      local kind, err = kind_of(task.run)
      assert.equal("invalid", kind)
      assert.truthy(err.message:find "waits for another")
      a:cancel()
      pcall(task.run)
    end)
  end)

  it("waits for a condition that others make true", function()
    local open, steps = false, 0
    local gate = { cancel = function() end, step = function()
      steps = steps + 1
      return open
    end }
    local t = task.spawn(function() task.await(gate) return "through" end)
    task.spawn(function() task.sleep(0.03) open = true end)
    assert.equal("through", t:join())
    assert.truthy(steps < 20)
    open = false
    task.spawn(function() open = true end)
    task.await(gate)
    open = false
    t = task.spawn(task.await, gate)
    task.step()
    t:cancel()
    assert.equal("cancelled", (kind_of(t.join, t)))
  end)

  it("serves a host that has a loop of its own", function()
    local poll = require "cqueues".poll
    local n = 0
    for i = 1, 5 do
      task.spawn(function() task.sleep(i / 200) n = n + 1 end)
    end
    assert.equal("number", type(task.fd()))
    local turns = 0
    while task.step() do
      turns = turns + 1
      assert.truthy(task.timeout() >= 0 and task.timeout() <= 60)
      poll({ pollfd = task.fd(), events = "r" }, task.timeout())
    end
    assert.equal(5, n)
    assert.truthy(turns < 100)
    assert.is_false(task.step())
    assert.truthy(task.timeout() > 0)
  end)

  it("has cheap tasks", function()
    local n, before = 0, os.clock()
    for i = 1, 1000 do
      task.spawn(function()
        for _ = 1, 20 do task.sleep((i % 7) / 1000) end
        n = n + 1
      end)
    end
    task.run()
    assert.equal(1000, n)
    assert.truthy(os.clock() - before < 2)
  end)
end)

describe("satchel.lock", function()
  it("lets one in at a time, in order", function()
    local l, order = lock.new(), {}
    for i = 1, 3 do
      task.spawn(function()
        local _ <close> = l:acquire()
        order[#order + 1] = i
        task.sleep(0.01)
        order[#order + 1] = -i
      end)
    end
    task.run()
    assert.same({ 1, -1, 2, -2, 3, -3 }, order)
  end)

  it("is waited for outside of tasks by running them", function()
    local l, order = lock.new(), {}
    for i = 1, 2 do
      task.spawn(function()
        local _ <close> = l:acquire()
        task.sleep(0.01)
        order[#order + 1] = i
      end)
    end
    task.step()
    do
      local _ <close> = l:acquire()
      order[#order + 1] = "outside"
    end
    task.run()
    assert.same({ 1, "outside", 2 }, order)
  end)

  it("is not waited for where one cannot wait", function()
    local l = lock.new()
    local holder = task.spawn(function()
      local _ <close> = l:acquire()
      task.sleep(0.02)
    end)
    local kinds = {}
    task.spawn(function()
      table.sort({ 1, 2 }, function(a, b)
        kinds[1] = kind_of(l.acquire, l)
        return a < b
      end)
    end)
    task.run()
    holder:join()
    l:acquire()
    kinds[2] = kind_of(l.acquire, l)
    l:release()
    assert.same({ "conflict", "conflict" }, kinds)
  end)

  it("passes over those that were cancelled", function()
    local l, order, tasks = lock.new(), {}, {}
    for i = 1, 4 do
      tasks[i] = task.spawn(function()
        local _ <close> = l:acquire()
        task.sleep(0.01)
        order[#order + 1] = i
      end)
    end
    task.step()
    tasks[2]:cancel()
    tasks[1]:join()
    tasks[3]:cancel() -- it has just been given the lock
    task.run()
    assert.same({ 1, 4 }, order)
  end)

  it("is free again when the wait fails", function()
    local l = lock.new()
    task.spawn(function()
      local _ <close> = l:acquire()
      task.sleep(0.01)
      error("lost", 0)
    end)
    task.step()
    l:acquire()
    l:release()
    assert.is_false((pcall(task.run)))
    local t = task.spawn(function() return l:acquire() ~= nil end)
    assert.is_true(t:join())
  end)
end)

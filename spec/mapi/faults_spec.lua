-- What the driver makes of a server and a network that fail: nothing is lost,
-- nothing is done twice, and the error says what is known.
local sandbox = require "satchel.sandbox"
local satchel = require "satchel"

local ANNA <const>, BERT <const> = "anna@example.test", "bert@example.test"

describe("the driver, when things fail,", function()
  local box, session, folder

  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret-a", [BERT] = "secret-b" } }
    session = satchel.connect { sandbox = box, user = ANNA, password = "secret-a" }
    folder = session.root:create_folder "work"
    local list = {}
    for i = 1, 120 do list[i] = { subject = ("item %03d"):format(i), unread = true } end
    folder:create_all(list)
    session:send { to = BERT, subject = "warm", text = "x" }
  end)

  local function count(target, where)
    local other <close> = satchel.connect { sandbox = box, user = ANNA, password = "secret-a" }
    return other:folder(target):query({ where = where }):count()
  end

  local function fails(fn, ...)
    local ok, err = satchel.try(fn, ...)
    assert.is_false(ok)
    assert.is_true(require("satchel.error").is(err))
    return err
  end

  local function walk()
    local seen, n = {}, 0
    for item in folder:items { fields = { "subject", "to" }, order = "received" } do
      assert.is_nil(seen[item.id])
      seen[item.id] = true
      n = n + 1
    end
    return n
  end

  for _, fault in ipairs { "expire", "rotate", "backoff", "cut", "lost" } do
    for after = 0, 3 do
      it(("walks on after %s of request %d"):format(fault, after), function()
        box:fault(fault, { on = "Execute", after = after })
        assert.equal(120, walk())
      end)
    end
  end

  for _, rop in ipairs { "set_columns", "query_rows", "get_properties_specific" } do
    it("walks on after too little room for " .. rop, function()
      box:fault("too_small", { rop = rop })
      assert.equal(120, walk())
    end)
  end

  it("repeats what was not done when the context had gone", function()
    box:fault("expire", { on = "Execute" })
    folder:create { subject = "after" }
    assert.equal(1, folder:query({ where = { subject = "after" } }):count())
    box:fault("expire", { on = "Execute" })
    local ids = folder:query({ limit = 10 }):ids()
    box:fault("expire", { on = "Execute" })
    for _, result in ipairs(session._.store:driver():delete(ids, folder.id, true)) do
      assert.is_true(result.ok)
    end
    assert.equal(111, folder:reload().total)
  end)

  it("does not repeat what may have been done", function()
    box:fault("lost", { on = "Execute" })
    local err = fails(folder.create, folder, { subject = "once" })
    assert.equal("network", err.kind)
    assert.is_true(err.uncertain)
    assert.equal(1, count("work", { subject = "once" }))
  end)

  it("settles a send whose answer was lost by what is in Sent", function()
    box:fault("lost", { on = "Execute" })
    local sent = session:send { to = BERT, subject = "maybe", text = "x" }
    assert.truthy(sent.message_id)
    assert.equal("maybe", sent.item.subject)
    local bert <close> = satchel.connect { sandbox = box, user = BERT, password = "secret-b" }
    assert.equal(1, bert.inbox:query({ where = { subject = "maybe" } }):count())
  end)

  it("says uncertain when nothing settles it, and sends once", function()
    box:fault("lost", { on = "Execute" })
    local err = fails(session.send, session,
      { to = BERT, subject = "gone", text = "x", save = false })
    assert.is_true(err.uncertain)
    assert.is_falsy(err.retryable)
    assert.equal("send", err.op)
    local bert <close> = satchel.connect { sandbox = box, user = BERT, password = "secret-b" }
    assert.equal(1, bert.inbox:query({ where = { subject = "gone" } }):count())
  end)

  it("never sends when the request did not arrive", function()
    box:fault("cut", { on = "Execute" })
    local err = fails(session.send, session, { to = BERT, subject = "cut", text = "x" })
    assert.is_true(err.uncertain)
    local bert <close> = satchel.connect { sandbox = box, user = BERT, password = "secret-b" }
    assert.equal(0, bert.inbox:query({ where = { subject = "cut" } }):count())
  end)

  local answers = {
    { "throttle", { retry_after = 7, times = 20 }, "throttled" },
    { "html", { times = 20 }, "protocol" },
    { "truncated", { bytes = 20, times = 20 }, "network" },
    { "malformed", { times = 20 }, "server" },
    { "unauthorized", { times = 20 }, "auth" },
    { "cut", { times = 20 }, "network" },
  }
  for _, case in ipairs(answers) do
    it("is of the right kind: " .. case[1], function()
      case[2].on = "Execute"
      box:fault(case[1], case[2])
      local err = fails(folder.reload, folder)
      assert.equal(case[3], err.kind, err.message)
      if case[1] == "throttle" then assert.equal(7, err.retry_after) end
      assert.is_falsy(tostring(err):find("secret", 1, true))
      assert.is_falsy(tostring(err):find("\n", 1, true))
      box.faults:clear()
      assert.equal(120, folder:reload().total)
    end)
  end
end)

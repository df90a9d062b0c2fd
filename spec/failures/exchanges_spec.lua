-- Nothing lost, doubled or moved by half: each verb with each fault at each of
-- its exchanges, and what the mailboxes hold afterwards.

local satchel = require "satchel"
local error_object = require "satchel.error"
local tapped = require "support.tapped"

local MANY <const> = 40

-- Faults: what happens to the nth exchange ----------------------------------

local function expired(tap, request)
  for _, header in ipairs(request.headers) do
    local id = header:match "^Cookie:.*MapiContext=([^;%s]+)"
    if id and tap.box.sessions[id] then tap.box:end_session(tap.box.sessions[id]) end
  end
end

local function page(status, more)
  local headers = { { "Content-Type", "text/html" }, more }
  return { status = status, headers = headers, fields = {}, body = "<html>Sorry</html>" }
end

local faults <const> = {
  ["lost after the work"] = function(_, _, pass)
    pass()
    return tapped.lost()
  end,
  ["lost before it came"] = function() return tapped.lost() end,
  ["refused"] = function()
    return nil, { kind = "network", message = "refuses connections", sent = false }
  end,
  ["expired"] = function(tap, request, pass)
    expired(tap, request)
    return pass()
  end,
  ["cut in half"] = function(_, _, pass)
    local response = pass()
    return tapped.with_body(response, response.body:sub(1, #response.body // 2 + 20))
  end,
  ["nonsense"] = function(_, _, pass)
    local response = pass()
    local head = response.body:match "^.-\r\n\r\n" or ""
    return tapped.with_body(response, head .. ("\xff"):rep(99))
  end,
  ["busy"] = function() return page(503) end,
  ["broken"] = function() return page(500) end,
  ["a web page"] = function() return page(200) end,
  ["out of time"] = function(_, _, pass)
    pass()
    return nil, { kind = "timeout", message = "no answer within 60 s" }
  end,
}

local function fault_names()
  local list = {}
  for name in pairs(faults) do list[#list + 1] = name end
  table.sort(list)
  return list
end

-- What a mailbox holds: { [folder's path] = { [subject] = number } } ---------

local function holds(session)
  local all = {}
  for folder in session:folders() do
    local found = {}
    for item in folder:items { fields = { "subject" } } do
      local subject = item.subject or ""
      found[subject] = (found[subject] or 0) + 1
    end
    all[folder.path] = found
  end
  return all
end

local function total(all, subject)
  local n = 0
  for _, found in pairs(all) do n = n + (found[subject] or 0) end
  return n
end

-- Verbs: `act` does it, `done` says how far: 0, 1, or what is wrong ----------

local function drafts(prefix, n)
  local list = {}
  for i = 1, n do list[i] = { subject = prefix .. i } end
  return list
end

local function in_one_of(all, prefix, n, from, to)
  local moved = 0
  for i = 1, n do
    local a = all[from] and all[from][prefix .. i] or 0
    local b = all[to] and all[to][prefix .. i] or 0
    if total(all, prefix .. i) ~= 1 or a + b ~= 1 then
      return ("%s%d: %d in %s, %d in %s"):format(prefix, i, a, from, b, to)
    end
    moved = moved + b
  end
  if moved ~= 0 and moved ~= n then return ("%d of %d moved"):format(moved, n) end
  return moved // n
end

local function items_of(context)
  return context.folder:query { ids = context.ids }
end

local function with_items(n, extra)
  return function(session)
    local list = drafts("m", n)
    for _, draft in ipairs(list) do
      for k, v in pairs(extra or {}) do draft[k] = v end
    end
    local folder = session:folder("Inbox/Here", { create = true })
    local context = { folder = folder, ids = {},
      there = session:folder("Inbox/There", { create = true }) }
    for i, result in ipairs(folder:create_all(list)) do context.ids[i] = result.id end
    return context
  end
end

local function one_item(extra)
  local make = with_items(1, extra)
  return function(session)
    local context = make(session)
    context.item = context.folder:get(context.ids[1])
    return context
  end
end

local function raise_failed(results)
  for _, result in ipairs(results) do
    if not result.ok then error_object.raise(result.error) end
  end
end

local function folder_at(path)
  return function(all) return all[path] and 1 or 0 end
end

local large <const> = ("0123456789"):rep(7000)

local verbs <const> = {
  ["create"] = {
    act = function(session) session.inbox:create { subject = "new" } end,
    done = function(all) return total(all, "new") end,
  },
  ["create with a large attachment"] = {
    act = function(session)
      session.inbox:create { subject = "new", attachments = { { name = "a", data = large } } }
    end,
    done = function(all) return total(all, "new") end,
  },
  ["move"] = {
    prepare = with_items(MANY),
    act = function(_, context) raise_failed(items_of(context):move(context.there)) end,
    done = function(all) return in_one_of(all, "m", MANY, "Inbox/Here", "Inbox/There") end,
  },
  ["move one"] = {
    prepare = one_item(),
    act = function(_, context) context.item:move(context.there) end,
    done = function(all) return in_one_of(all, "m", 1, "Inbox/Here", "Inbox/There") end,
  },
  ["copy"] = {
    prepare = with_items(MANY),
    act = function(_, context) raise_failed(items_of(context):copy(context.there)) end,
    done = function(all)
      local n = 0
      for i = 1, MANY do
        local copies = all["Inbox/There"]["m" .. i] or 0
        if copies > 1 or all["Inbox/Here"]["m" .. i] ~= 1 then return "m" .. i end
        n = n + copies
      end
      return n // MANY
    end,
  },
  ["delete"] = {
    prepare = with_items(MANY),
    act = function(_, context) raise_failed(items_of(context):delete()) end,
    done = function(all, _, trash) return in_one_of(all, "m", MANY, "Inbox/Here", trash) end,
  },
  ["delete for good"] = {
    prepare = with_items(MANY),
    act = function(_, context) raise_failed(items_of(context):delete { hard = true }) end,
    done = function(all)
      local n = 0
      for i = 1, MANY do n = n + total(all, "m" .. i) end
      return n == 0 and 1 or n == MANY and 0 or ("%d of %d are left"):format(n, MANY)
    end,
  },
  ["update"] = {
    prepare = one_item(),
    act = function(_, context) context.item:update { subject = "changed", unread = true } end,
    done = function(all)
      return total(all, "m1") + total(all, "changed") == 1 and total(all, "changed") or "lost"
    end,
  },
  ["attach"] = {
    prepare = one_item(),
    act = function(_, context) context.item:attach { name = "a.txt", data = "text" } end,
    done = function(_, session, _, context)
      return #session:folder("Inbox/Here"):get(context.ids[1]).attachments
    end,
  },
  ["attach much"] = {
    prepare = one_item(),
    act = function(_, context) context.item:attach { name = "a.txt", data = large } end,
    done = function(_, session, _, context)
      local list = session:folder("Inbox/Here"):get(context.ids[1]).attachments
      return #list == 1 and list[1]:read() ~= large and "another content" or #list
    end,
  },
  ["send"] = {
    act = function(session) session:send { to = tapped.other, subject = "letter" } end,
    done = function(all) return total(all, "letter") end,
    sent = "letter",
  },
  ["send to a name"] = {
    act = function(session) session:send { to = "Bob Example", subject = "letter" } end,
    done = function(all) return total(all, "letter") end,
    sent = "letter",
  },
  ["send with a large attachment"] = {
    act = function(session)
      session:send { to = tapped.other, subject = "letter",
        attachments = { { name = "a", data = large } } }
    end,
    done = function(all) return total(all, "letter") end,
    sent = "letter",
  },
  ["reply and send"] = {
    prepare = one_item { from = tapped.other },
    act = function(_, context) context.item:reply { text = "yes" }:send() end,
    done = function(all, _, _, _, sent) return all[sent]["Re: m1"] or 0 end,
    sent = "Re: m1", steps = true,
  },
  ["create a folder"] = {
    act = function(session) session.inbox:create_folder "Fresh" end,
    done = folder_at "Inbox/Fresh",
  },
  ["rename a folder"] = {
    prepare = with_items(2),
    act = function(_, context) context.folder:rename "Named" end,
    done = function(all)
      local there = all["Inbox/Named"]
      return there and not all["Inbox/Here"] and there.m1 == 1 and 1
        or all["Inbox/Here"] and not there and 0 or "both or none"
    end,
  },
  ["move a folder"] = {
    prepare = with_items(2),
    act = function(_, context) context.folder:move(context.there) end,
    done = function(all)
      local there = all["Inbox/There/Here"]
      return there and not all["Inbox/Here"] and there.m1 == 1 and 1
        or all["Inbox/Here"] and not there and 0 or "both or none"
    end,
  },
  ["copy a folder"] = {
    prepare = with_items(2),
    act = function(_, context) context.folder:copy(context.there, "Twin") end,
    done = function(all)
      local there = all["Inbox/There/Twin"]
      return all["Inbox/Here"].m1 == 1 and (there and there.m1 or 0) or "lost"
    end,
  },
  ["delete a folder"] = {
    prepare = with_items(2),
    act = function(_, context) context.folder:delete() end,
    done = function(all, _, trash)
      local there = all[trash .. "/Here"]
      return there and not all["Inbox/Here"] and there.m1 == 1 and 1
        or all["Inbox/Here"] and not there and 0 or "both or none"
    end,
  },
  ["delete a folder for good"] = {
    prepare = with_items(2),
    act = function(_, context) context.folder:delete { hard = true } end,
    done = function(all) return all["Inbox/Here"] and 0 or 1 end,
  },
}

-- One run --------------------------------------------------------------------

local function start(verb)
  local tap = tapped.new()
  local session = tap:connect()
  local context = verb.prepare and verb.prepare(session) or {}
  return tap, session, context
end

local function count_exchanges(verb)
  local tap, session, context = start(verb)
  tap.count = 0
  verb.act(session, context)
  return tap.count
end

local function run(verb, name, n)
  local tap, session, context = start(verb)
  tap.count = 0
  local fault = faults[name]
  tap.tap = function(count, request, pass)
    if count ~= n then return pass() end
    return fault(tap, request, pass)
  end
  local ok, err = pcall(verb.act, session, context)
  tap:clear()
  return tap, session, context, ok, err
end

local function check(verb, tap, session, context, ok, err)
  if not ok then
    assert.is_true(error_object.is(err), tostring(err))
    assert.is_string(err.message)
    assert.falsy(tostring(err):find "\n")
  end
  local aside <close> = tap:aside()
  local all = holds(aside)
  local done = verb.done(all, aside, aside.trash.path, context, aside.sent.path)
  local told = ok and "ok" or tostring(err)
  assert.is_number(done, ("%s; after: %s"):format(tostring(done), told))
  if ok then
    assert.equal(1, done, "reported as done")
  elseif err.uncertain then
    assert.is_true(done <= 1, told)
  else
    assert.equal(0, done, told)
  end
  if verb.sent then
    local other <close> = tap:aside(tapped.other)
    local got = total(holds(other), verb.sent)
    assert.is_true(got <= 1, ("%d copies; %s"):format(got, told))
    if ok then assert.equal(1, got) elseif not err.uncertain then assert.equal(0, got, told) end
    if not (ok or err.uncertain or verb.steps) then
      assert.equal(0, total(all, verb.sent), "left behind; " .. told)
    end
  end
  -- and the session goes on
  assert.is_number(session.inbox:query({}):count())
end

describe("with one exchange that fails", function()
  for name, verb in pairs(verbs) do
    for _, fault in ipairs(fault_names()) do
      it(("%s is done once or not: %s"):format(name, fault), function()
        for n = 1, math.min(count_exchanges(verb), 12) do
          check(verb, run(verb, fault, n))
        end
      end)
    end
  end
end)

describe("a batch of new items", function()
  local function outcome(fault, n)
    local verb = { act = function(session, context)
      context.results = session.inbox:create_all(drafts("n", 120))
    end }
    local tap, session, context, ok, err = run(verb, fault, n)
    return tap, session, ok and context.results or err.results, err
  end

  for _, fault in ipairs(fault_names()) do
    it("tells of each what became of it: " .. fault, function()
      for n = 1, 3 do
        local tap, _, results, err = outcome(fault, n)
        local aside <close> = tap:aside()
        local inbox = holds(aside)["Inbox"]
        assert.equal(120, #(results or {}), tostring(err))
        for i, result in ipairs(results) do
          local there = inbox["n" .. i] or 0
          assert.is_true(there <= 1)
          if result.ok then
            assert.equal(1, there)
            assert.equal("n" .. i, aside.inbox:get(result.id).subject)
          elseif not result.error.uncertain then
            assert.equal(0, there, tostring(result.error))
          end
        end
      end
    end)
  end
end)

describe("moving 1,000 items", function()
  for _, fault in ipairs { "lost after the work", "lost before it came", "cut in half" } do
    it("leaves each in one place: " .. fault, function()
      local verb = { prepare = with_items(1000), act = verbs.move.act }
      local tap, _, _, ok, err = run(verb, fault, 1)
      local aside <close> = tap:aside()
      local done = in_one_of(holds(aside), "m", 1000, "Inbox/Here", "Inbox/There")
      assert.is_number(done, tostring(done))
      assert.equal(ok and 1 or err.uncertain and done or 0, done)
    end)
  end
end)

describe("a send", function()
  it("that cannot be settled says so and is not repeated", function()
    local tap = tapped.new()
    local session = tap:connect()
    session:send { to = tapped.me, subject = "the first" }
    tap.count = 0
    tap.tap = function(n, _, pass)
      if n == 1 then pass() end
      return tapped.lost()
    end
    local ok, err = satchel.try(session.send, session, { to = tapped.other, subject = "letter" })
    assert.is_false(ok)
    assert.equal("network", err.kind)
    assert.is_true(err.uncertain)
    assert.is_falsy(err.retryable)
    assert.truthy(err.hint:find "sent items")
    tap:clear()
    assert.equal(1, session.sent:query { where = { subject = "letter" } }:count())
    local bob <close> = tap:aside(tapped.other)
    assert.equal(1, total(holds(bob), "letter"))
  end)
end)

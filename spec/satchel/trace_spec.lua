local sandbox = require "satchel.sandbox"
local satchel = require "satchel"
local trace = require "satchel.trace"

local USER <const>, PASSWORD <const> = "anna@example.test", "correct-horse"

local function box()
  local made = sandbox.start { users = { [USER] = PASSWORD } }
  made:seed { [USER] = { Inbox = { { subject = "Invoice 1", from = "shop@example.org",
    text = "pay", attachments = { { name = "a.txt", data = "abc" } } } } } }
  return made
end

-- the events of what `work` does
local function events_of(work)
  local events, server <close> = {}, box()
  local session <close> = satchel.connect { sandbox = server, user = USER, password = PASSWORD,
    trace = function(event) events[#events + 1] = event end }
  work(session)
  return events
end

local function select_events(events, wanted)
  local found = {}
  for _, event in ipairs(events) do
    local matches = true
    for name, value in pairs(wanted) do matches = matches and event[name] == value end
    if matches then found[#found + 1] = event end
  end
  return found
end

describe("a trace", function()
  it("has each ROP and each answer, by the columns that were asked for", function()
    local events = events_of(function(session)
      session.inbox:query({ fields = { "subject" } }):all()
    end)
    local sent = select_events(events, { layer = "rop", direction = "send", rop = "query_rows" })
    assert.equal(1, #sent)
    assert.matches("^query_rows logon_id=0 ", sent[1].text)
    local answer = select_events(events, { layer = "rop", direction = "receive",
      rop = "query_rows" })[1]
    assert.matches('PidTagSubject = "Invoice 1"', answer.text, 1, true)
    assert.equal(sent[1].round_trip, answer.round_trip)
  end)

  it("reads answers by the tags of their requests, and recipients", function()
    local events = events_of(function(session)
      local item = session.inbox:query():first()
      assert.equal("pay\n", item.text:gsub("\n*$", "\n"))
      assert.equal(1, #item.attachments)
    end)
    for _, event in ipairs(select_events(events, { layer = "rop" })) do
      assert.not_matches("^%?", event.text)
    end
    local body = select_events(events, { rop = "get_properties_specific",
      direction = "receive" })
    assert.matches('PidTagBody = "pay', body[2].text, 1, true)
  end)

  it("keeps the columns of a table that stays open between requests", function()
    local events = events_of(function(session)
      local inbox = session.mapi:rop("open_folder", { open_mode_flags = 0,
        folder_id = session.mapi.logon.reply.folder_ids[5] }).object
      local rows = session.mapi:rop("get_contents_table", { table_flags = 0 }, inbox).object
      session.mapi:rop("set_columns", { set_columns_flags = 0,
        property_tags = { 0x0037001f } }, rows)
      session.mapi:rop("query_rows", { query_rows_flags = 0, forward_read = true,
        row_count = 5 }, rows)
    end)
    local answer = select_events(events, { rop = "query_rows", direction = "receive" })[1]
    assert.matches('PidTagSubject = "Invoice 1"', answer.text, 1, true)
  end)

  it("shows the bodies of the other request types, and HTTP", function()
    local events = events_of(function(session) session:send { to = "Anna", subject = "x" } end)
    for _, name in ipairs { "connect", "bind", "resolve_names" } do
      assert.equal(1, #select_events(events, { body = name, direction = "send" }), name)
      assert.equal(1, #select_events(events, { body = name, direction = "receive" }), name)
    end
    local first = select_events(events, { layer = "http", request_type = "Connect" })[1]
    assert.equal("POST", first.method)
    assert.is_true(first.bytes > 0)
    assert.equal(200, select_events(events, { layer = "http", direction = "receive" })[1].status)
  end)

  it("numbers requests as they go out", function()
    local last = 0
    for _, event in ipairs(events_of(function(session) return session.inbox.total end)) do
      assert.is_true(event.round_trip == last or event.round_trip == last + 1)
      last = event.round_trip
    end
    assert.is_true(last > 3)
  end)

  it("says no secret", function()
    local lines = {}
    for _, event in ipairs(events_of(function(session) session:send { to = USER } end)) do
      lines[#lines + 1] = trace.line(event)
      for _, header in ipairs(event.headers or {}) do lines[#lines + 1] = header end
    end
    local all = table.concat(lines, "\n")
    assert.is_nil(all:find(PASSWORD, 1, true))
    assert.matches("Cookie: %*%*%*", all)
    assert.matches("auxiliary_buffer=%*%*%*", all)
  end)

  it("tells of what did not come", function()
    local events, server <close> = {}, box()
    local session <close> = satchel.connect { sandbox = server, user = USER, password = PASSWORD,
      trace = function(event) events[#events + 1] = event end }
    server:fault("cut", { on = "Execute", times = 5 })
    pcall(function() return session:folder "x" end)
    assert.equal("the connection was dropped",
      select_events(events, { direction = "error" })[1].message)
  end)

  it("is written to a file that is given", function()
    local server <close> = box()
    local file <close> = io.tmpfile()
    local session = satchel.connect { sandbox = server, user = USER, password = PASSWORD,
      trace = file }
    session:close()
    file:seek "set"
    local text = file:read "a"
    assert.matches("\n  2 > body Connect ", text)
    assert.matches("\n  3 < rop  logon ", text)
  end)

  it("is a function or an open file", function()
    local closed = io.tmpfile()
    closed:close()
    for _, bad in ipairs { closed, "x", 1 } do
      local ok, err = satchel.try(satchel.connect, { user = USER, trace = bad })
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end
  end)
end)

describe("a line of a trace", function()
  for _, case in ipairs {
    { { layer = "rop", direction = "send", text = "release logon_id=0", round_trip = 12 },
      " 12 > rop  release logon_id=0" },
    { { layer = "http", direction = "send", method = "POST", url = "https://h/", bytes = 7,
      request_type = "Connect", round_trip = 1 }, "  1 > http POST https://h/ (Connect, 7 bytes)" },
    { { layer = "http", direction = "receive", status = 401, bytes = 0, round_trip = 1 },
      "  1 < http 401 (0 bytes)" },
    { { layer = "http", direction = "error", message = "no route", round_trip = 1 },
      "  1 ! http no route" },
    { { layer = "verb", direction = "write", op = "delete", arguments = {} },
      "    = verb not done: delete" },
  } do
    it(case[2], function() assert.equal(case[2], trace.line(case[1])) end)
  end
end)

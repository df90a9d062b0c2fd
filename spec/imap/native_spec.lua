-- session.imap on a real Dovecot: each capability by its method, and what Dovecot does
-- not offer refused by name.

local connection = require "satchel.imap.connection"
local core = require "satchel.core"
local errors = require "satchel.error"
local mail_servers = require "support.mail_servers"
local native = require "satchel.imap.native"
local null = require "satchel.null"
local task = require "satchel.task"

local USER <const> = "anna@example.test"
local NAME <const> = "nätive/ä b"

local function open(more)
  local d = mail_servers.dovecot()
  local o = { url = d.url "imap", user = USER, password = "secret", tls = { ca = d.ca },
    proxy = false, timeout = 10 }
  for k, v in pairs(more or {}) do o[k] = v end
  return native.new(connection.open(o))
end

local function kind_of(fn, ...)
  local ok, err = errors.try(fn, ...)
  assert.is_false(ok)
  return err.kind, err
end

local function message(subject, body)
  return ("From: Änne <a@example.test>\r\nSubject: %s\r\n\r\n%s\r\n"):format(subject, body or "hi")
end

local function all(...)
  local list = {}
  for one in ... do list[#list + 1] = one end
  return list
end

describe("session.imap", function()
  local imap

  setup(function() imap = open() end)
  teardown(function() imap.connection:close() end)

  before_each(function()
    pcall(imap.delete, imap, NAME)
    imap:create(NAME)
  end)

  local function fill(n)
    local list = {}
    for i = 1, n do list[i] = message("number " .. i, ("x"):rep(i)) end
    return imap:append(NAME, list).uids
  end

  it("says what the server is and has", function()
    assert.is_true(imap:has "move")
    assert.is_false(imap:has "X-GM-EXT-1")
    assert.equal("Dovecot", imap.server_id.name)
    assert.equal("/", imap.namespaces.personal[1].delimiter)
    local wide = imap:has "UTF8=ACCEPT"
    assert.same(wide and { "QRESYNC", "UTF8=ACCEPT" } or { "QRESYNC" }, imap.enabled)
    assert.is_true(#imap.capabilities > 20)
    assert.matches("IMAP at 127.0.0.1", tostring(imap), 1, true)
    assert.same({ name = "Dovecot" }, imap:id { name = "a \"quoted\" name", version = "ä" })
    assert.same({ name = "Dovecot" }, imap:id())
    assert.is_not_nil(table.concat(imap:enable "CONDSTORE", " "):find "CONDSTORE")
  end)

  it("names mailboxes as before once UTF8=ACCEPT is on", function()
    local other = open { enable = false }
    assert.same({}, other.enabled)
    other:select(NAME)
    other:enable("UTF8=ACCEPT", "CONDSTORE")
    assert.equal(other:has "UTF8=ACCEPT", other.connection.utf8)
    assert.equal(NAME, other:list(NAME)[1].name)
    other:select(NAME)
    other.connection:close()
  end)

  it("runs any command", function()
    local done = imap:command("STATUS", NAME:gsub("ä", "&AOQ-"), { atom = "(MESSAGES)" })
    assert.equal("ok", done.type)
    assert.equal(0, done.responses[1].messages)
    assert.equal("protocol", (kind_of(imap.command, imap, "FROB", "x", 1, { "a", "b" })))
    for _, bad in ipairs { "NO\r\nOP", "", "1" } do
      assert.equal("invalid", (kind_of(imap.command, imap, bad)))
    end
    assert.equal("invalid", (kind_of(imap.command, imap, "STATUS", "a\r\nb")))
    assert.equal("invalid", (kind_of(imap.command, imap, "STATUS", { atom = "a\nb" })))
    assert.equal("invalid", (kind_of(imap.command, imap, "STATUS", true)))
  end)

  it("stores several messages at once", function()
    local before = imap.round_trips
    local stored = imap:append(NAME, { message "1", { data = message "2", flags = { "\\Seen" },
      date = 86400 }, { size = 5, read = function() return "a: b\n" end } })
    assert.same({ 1, 2, 3 }, stored.uids)
    assert.equal(1, imap.round_trips - before)
    local got = all(imap:fetch(NAME, "1:*", "FLAGS INTERNALDATE RFC822.SIZE"))
    assert.equal(86400, got[2].internaldate)
    assert.same({ #message "1", #message "2", 6 }, { got[1].size, got[2].size, got[3].size })
    assert.is_not_nil(table.concat(got[2].flags, " "):find("\\Seen", 1, true))
  end)

  it("stores NULs as binary, and refuses what is no message", function()
    assert.same({ 1 }, imap:append(NAME, "a: b\r\n\r\n\0").uids)
    for _, bad in ipairs { { {} }, { { data = 1 } }, { { read = print } }, { { data = "x",
      flags = { "a b" } } }, { { data = "x", flags = { "a\r\nb" } } }, { { data = "x",
      date = "now" } } } do
      assert.equal("invalid", (kind_of(imap.append, imap, NAME, bad)))
    end
    assert.equal("not_found", (kind_of(imap.append, imap, "no/such", message "x")))
  end)

  it("makes a message of pieces of others", function()
    fill(1)
    local now = imap:select(NAME)
    local stored = imap:catenate(NAME, { { text = "Subject: made\r\n\r\n" },
      { url = ("/%s;UIDVALIDITY=%d/;UID=1/;SECTION=TEXT"):format(
        "n%C3%A4tive/%C3%A4%20b", now.uidvalidity) } }, { flags = { "\\Flagged" } })
    local got = all(imap:fetch(NAME, stored.uids, "BODY.PEEK[]"))
    assert.equal("Subject: made\r\n\r\nx\r\n", got[1].sections["BODY[]"])
    assert.equal("not_found", (kind_of(imap.catenate, imap, NAME, { { url = "/none/;UID=1" } })))
    assert.equal("invalid", (kind_of(imap.catenate, imap, NAME, { {} })))
  end)

  it("fetches items of extensions", function()
    fill(2)
    local got = all(imap:fetch(NAME, 2, { "BINARY.PEEK[1]", "PREVIEW", "MODSEQ", "SAVEDATE",
      "BODY.PEEK[HEADER.FIELDS (SUBJECT)]", "BODY.PEEK[TEXT]<0.1>" }))
    assert.equal(1, #got)
    assert.equal("xx\r\n", got[1].sections["BINARY[1]"])
    assert.equal("xx", got[1].preview)
    assert.equal("integer", math.type(got[1].modseq))
    assert.equal("integer", math.type(got[1].savedate))
    assert.equal("Subject: number 2\r\n\r\n",
      got[1].sections["BODY[HEADER.FIELDS (SUBJECT)]"])
    assert.equal("x", got[1].sections["BODY[TEXT]"])
  end)

  it("reads ahead in windows, and allows any call in the loop", function()
    local uids = fill(60)
    local seen = {}
    for m in imap:fetch(NAME, "1:*", "BODY.PEEK[]", { window = 7 }) do
      seen[#seen + 1] = m.uid
      if #seen % 10 == 0 then
        imap:store(NAME, m.uid, "+FLAGS", "\\Flagged")
        assert.equal(60, imap:status("INBOX", { "MESSAGES" }) and #uids)
        imap:select "INBOX"
      end
    end
    assert.same(uids, seen)
  end)

  it("may be left in the middle of a loop", function()
    fill(60)
    for m in imap:fetch(NAME, "1:*", "BODY.PEEK[]", { window = 20 }) do
      if m.uid == 5 then break end
    end
    assert.equal(60, #all(imap:fetch(NAME, "1:*", "UID")))
  end)

  it("passes over messages that are gone", function()
    fill(5)
    imap:store(NAME, "2,4", "+FLAGS", "\\Deleted")
    imap:expunge(NAME, "2,4")
    local uids = {}
    for m in imap:fetch(NAME, { 1, 2, 3, 4, 5, 99 }, "FLAGS") do uids[#uids + 1] = m.uid end
    assert.same({ 1, 3, 5 }, uids)
    assert.same({}, all(imap:fetch(NAME, "99:100", "FLAGS")))
  end)

  it("knows what changed since", function()
    fill(3)
    local modseq = imap:select(NAME, { force = true, condstore = true }).highestmodseq
    imap:store(NAME, 2, "+FLAGS", "\\Seen")
    imap:store(NAME, 3, "+FLAGS", "\\Deleted")
    imap:expunge(NAME, 3)
    local got = all(imap:fetch(NAME, "1:*", "FLAGS", { changedsince = modseq, vanished = true }))
    local uids, gone = {}, nil
    for _, r in ipairs(got) do
      if r.type == "vanished" then gone = r.uids else uids[#uids + 1] = r.uid end
    end
    assert.same({ 2 }, uids)
    assert.equal("3", gone)
    local validity = imap.selected.uidvalidity
    local now = imap:select(NAME, { qresync = { uidvalidity = validity, modseq = modseq } })
    assert.same({ 3 }, now:gone())
    assert.equal(2, now.changed[1].uid)
  end)

  it("searches, with results of ESEARCH, SEARCHRES and PARTIAL", function()
    imap:append(NAME, { message "Größe eins", message "other", { data = message "GRÖSSE",
      flags = { "\\Seen" } } })
    assert.same({ 1 }, imap:search(NAME, { "SUBJECT", { "größe" } }))
    assert.same({ 1, 2 }, imap:search(NAME, "UNSEEN"))
    local r = imap:search(NAME, "ALL", { returns = { "COUNT", "MIN", "MAX", "ALL", "SAVE" } })
    assert.same({ 3, 1, 3, { 1, 2, 3 } }, { r.count, r.min, r.max, r.all })
    assert.same({ 3 }, imap:search(NAME, "$ SEEN"))
    assert.same({ 1, 2, 3 }, imap:search(NAME, "YOUNGER 1000"))
    assert.same({ 2, 3 }, imap:search(NAME, "ALL", { returns = { "PARTIAL 2:3" } }).partial)
    assert.same({}, imap:search(NAME, "ANSWERED"))
    for _, bad in ipairs { "NEW\r\nX", "" } do
      assert.equal("invalid", (kind_of(imap.search, imap, NAME, { bad, true })))
    end
  end)

  it("sorts and threads", function()
    fill(3)
    assert.same({ 3, 2, 1 }, imap:sort(NAME, "REVERSE SIZE"))
    assert.same({ 1, 2 }, imap:sort(NAME, { "ARRIVAL", "SUBJECT" }, "1:2"))
    assert.equal(3, imap:sort(NAME, "DATE", "ALL", { returns = { "COUNT" } }).count)
    assert.equal("invalid", (kind_of(imap.sort, imap, NAME, "DATE) x")))
    assert.equal(3, #imap:thread(NAME))
    assert.equal(3, #imap:thread(NAME, "ORDEREDSUBJECT", "ALL"))
    assert.equal("unsupported", (kind_of(imap.thread, imap, NAME, "FROB")))
  end)

  it("stores flags, unless somebody else changed them", function()
    fill(2)
    local modseq = imap:select(NAME, { force = true }).highestmodseq
    assert.same({}, imap:store(NAME, "1:2", "+FLAGS", { "\\Flagged", "$Work" }).modified)
    local r = imap:store(NAME, { 1, 2 }, "FLAGS", "\\Seen", { unchangedsince = modseq })
    assert.same({ 1, 2 }, r.modified)
    r = imap:store(NAME, 1, "-FLAGS", "$Work", { silent = false })
    assert.equal(1, r.fetched[1].uid)
    for _, bad in ipairs { { "FLAGS", "a b" }, { "FLAGS", "a\r\n" }, { "FLAGZ", "x" },
      { "+FLAGS (x) X", "y" }, { "FLAGS", "" } } do
      assert.equal("invalid", (kind_of(imap.store, imap, NAME, 1, bad[1], bad[2])))
    end
  end)

  it("splits sets that would make a command too long, in one flight", function()
    fill(3)
    local uids = {}
    for i = 1, 4000 do uids[i] = 2 * i + 1 end
    imap:select(NAME)
    local before = imap.round_trips
    imap:store(NAME, uids, "+FLAGS", "\\Flagged")
    assert.equal(1, imap.round_trips - before)
    assert.same({ 3 }, imap:search(NAME, "FLAGGED"))
  end)

  it("copies, moves and removes what is named", function()
    fill(4)
    pcall(imap.delete, imap, "nätive/two")
    imap:create "nätive/two"
    assert.same({ 1, 2 }, imap:copy(NAME, "1:2", "nätive/two").to)
    assert.same({ 1, 2, 3, 4 }, imap:copy(NAME, "1:*", "nätive/two").from)
    imap:select "nätive/two"
    local moved = imap:move(NAME, { 3 }, "nätive/two")
    assert.same({ { 3 }, { 7 } }, { moved.from, moved.to })
    imap:store(NAME, "1:4", "+FLAGS", "\\Deleted")
    imap:expunge(NAME, 1)
    assert.same({ 2, 4 }, imap:search(NAME, "ALL"))
    assert.equal("not_found", (kind_of(imap.move, imap, NAME, 2, "no/such")))
    imap:select(NAME)
    imap:unselect()
    assert.equal("invalid", (kind_of(imap.close, imap)))
    assert.same({ 2, 4 }, imap:search(NAME, "ALL"))
    imap:select(NAME)
    imap:close()
    assert.is_nil(imap.selected)
    assert.same({}, imap:search(NAME, "ALL"))
    imap:delete "nätive/two"
  end)

  it("lists, subscribes, tells the status", function()
    fill(2)
    local names = {}
    for _, r in ipairs(imap:list()) do names[r.name] = r end
    assert.is_truthy(names[NAME])
    local both = imap:list({ "INBOX", "n*" }, { returns = { "SPECIAL-USE", "STATUS (MESSAGES)" } })
    local status
    for _, r in ipairs(both) do
      if r.type == "status" and r.name == NAME then status = r end
    end
    assert.equal(2, status.messages)
    imap:subscribe(NAME)
    local function subscribed()
      for _, r in ipairs(imap:subscribed()) do
        if r.name == NAME then return true end
      end
      return false
    end
    assert.is_true(subscribed())
    imap:unsubscribe(NAME)
    assert.is_false(subscribed())
    local s = imap:status(NAME, { "MESSAGES", "SIZE", "HIGHESTMODSEQ", "UNSEEN" })
    assert.same({ 2, 2 }, { s.messages, s.unseen })
    assert.is_true(s.size > 0 and s.highestmodseq > 0)
    pcall(imap.delete, imap, "nätive/renamed")
    imap:rename(NAME, "nätive/renamed")
    assert.equal(2, imap:status("nätive/renamed").messages)
    imap:delete "nätive/renamed"
    assert.equal("not_found", (kind_of(imap.status, imap, NAME)))
    assert.equal("invalid", (kind_of(imap.list, imap, "a\r\nb")))
  end)

  it("examines without changing anything", function()
    fill(1)
    assert.is_true(imap:examine(NAME).readonly)
    all(imap:fetch(NAME, 1, "BODY[]"))
    assert.same({ 1 }, imap:search(NAME, "UNSEEN"))
  end)

  it("knows quotas and rights", function()
    local quota = imap:quota(NAME)
    assert.equal("User quota", quota[1].root)
    assert.equal(quota[1].STORAGE.limit, imap:quota_root "User quota".STORAGE.limit)
    assert.equal("invalid", (kind_of(imap.set_quota, imap, "x", { STORAGE = -1 })))
    -- Dovecot keeps that for its administrator
    local kind, err = kind_of(imap.set_quota, imap, "User quota", { STORAGE = 100 })
    assert.truthy(kind == "denied" or err.message:find "admin", err.message)
    imap:set_acl(NAME, "bob@example.test", "lr")
    assert.equal("lr", imap:acl(NAME)["bob@example.test"])
    imap:set_acl(NAME, "bob@example.test", "+s")
    assert.equal("lrs", imap:acl(NAME)["bob@example.test"])
    imap:delete_acl(NAME, "bob@example.test")
    assert.is_nil(imap:acl(NAME)["bob@example.test"])
    assert.matches("a", imap:my_rights(NAME))
    assert.is_true(#imap:list_rights(NAME, "bob@example.test").optional > 5)
    assert.equal("invalid", (kind_of(imap.set_acl, imap, NAME, "bob", "l r")))
  end)

  it("keeps annotations", function()
    imap:set_metadata(NAME, { ["/private/comment"] = "grün\r\nund \"blau\"",
      ["/private/vendor/x"] = "1" })
    assert.same({ ["/private/comment"] = "grün\r\nund \"blau\"", ["/private/vendor/x"] = "1" },
      imap:metadata(NAME, { "/private/comment", "/private/vendor/x", "/private/none" }))
    imap:set_metadata(NAME, { ["/private/comment"] = null })
    assert.is_nil(imap:metadata(NAME, "/private/comment", { maxsize = 100 })["/private/comment"])
    assert.same({}, imap:metadata(nil, "/shared/admin"))
    for _, bad in ipairs { "comment", "/a*", "/a\r\nb" } do
      assert.equal("invalid", (kind_of(imap.metadata, imap, NAME, bad)))
    end
    assert.equal("invalid", (kind_of(imap.set_metadata, imap, NAME, { ["/private/x"] = 1 })))
  end)

  -- at this address it offers next to nothing
  local function open_bare()
    local url = mail_servers.dovecot().url "imap":gsub("127%.0%.0%.1", "127.0.0.2")
    return open { url = url, tls = false }
  end

  for name, ask in pairs {
    ["X-GM-EXT-1"] = function(i) i:fetch(NAME, 1, "X-GM-MSGID") end,
    OBJECTID = function(i) i:fetch(NAME, 1, { "UID", "EMAILID" }) end,
    PARTIAL = function(i) i:fetch(NAME, "1:*", "FLAGS", { partial = "1:10" }) end,
    REPLACE = function(i) i:replace(NAME, 1, message "x") end,
    ["CREATE-SPECIAL-USE"] = function(i) i:create("x", "\\Archive") end,
    ["THREAD=FROB"] = function(i) i:thread(NAME, "FROB") end,
    APPENDLIMIT = function(i) i:status(NAME, { "APPENDLIMIT" }) end,
    ["SEARCH=FUZZY"] = function(i) i:search(NAME, "FUZZY SUBJECT x") end,
  } do
    it("refuses what needs " .. name .. " by that name", function()
      local bare = open_bare()
      local before = bare.round_trips
      local kind, err = kind_of(ask, bare)
      assert.equal("unsupported", kind)
      assert.equal(name, err.name)
      assert.matches(name, err.message, 1, true)
      assert.equal(before, bare.round_trips)
      bare.connection:close()
    end)
  end

  it("stores labels of Gmail only where there are any", function()
    local _, err = kind_of(imap.store, imap, NAME, 1, "+X-GM-LABELS", { "\\Inbox", "a b" })
    assert.equal("X-GM-EXT-1", err.name)
  end)

  it("is told of events while it waits", function()
    fill(1)
    local other = open()
    task.spawn(function()
      task.sleep(0.2)
      other:append(NAME, message "new")
      task.sleep(0.2)
      other:store(NAME, 1, "+FLAGS", "\\Flagged")
      other.connection:close()
    end)
    local numbers = {}
    local watcher = task.spawn(function()
      for event in imap:idle(NAME, { timeout = 5 }) do
        numbers[event.type] = event.number
        if numbers.exists and numbers.fetch then break end
        -- any call is allowed here
        imap:status("INBOX")
        assert.equal(2, imap:status(NAME).messages)
      end
    end)
    task.run()
    watcher:join()
    assert.equal(2, numbers.exists)
    assert.equal(1, numbers.fetch)
  end)

  it("stops to wait when somebody else has something to say", function()
    fill(1)
    local order = {}
    local watcher = task.spawn(function()
      for _ in imap:idle(NAME, { timeout = 1.5 }) do order[#order + 1] = "event" end
      order[#order + 1] = "end"
    end)
    local t = core.net.now()
    task.spawn(function()
      task.sleep(0.3)
      imap:noop()
      order[#order + 1] = ("noop %s"):format(core.net.now() - t < 1.2)
    end)
    task.run()
    watcher:join()
    assert.same({ "noop true", "end" }, order)
  end)

  it("ends an idle loop in time, inside of tasks and outside", function()
    for _, run in ipairs { function(fn) fn() end, function(fn) task.spawn(fn):join() end } do
      local t = core.net.now()
      run(function()
        for _ in imap:idle(NAME, { timeout = 0.4 }) do error "nothing happened" end
      end)
      local took = core.net.now() - t
      assert.is_true(took >= 0.39 and took < 2, tostring(took))
    end
    assert.equal("invalid", (kind_of(imap.idle, imap, NAME, { timeout = -1 })))
  end)

  it("leaves the connection whole when an idle task is cancelled", function()
    local a = task.spawn(function() for _ in imap:idle(NAME) do end end)
    task.spawn(function()
      task.sleep(0.2)
      a:cancel()
    end)
    task.run()
    local generation = imap.connection.generation
    imap:noop()
    assert.equal(generation, imap.connection.generation)
  end)

  it("is notified of other mailboxes", function()
    fill(1)
    local watcher, other = open(), open()
    watcher:notify("(selected (MessageNew MessageExpunge)) (personal (MessageNew MessageExpunge))")
    task.spawn(function()
      task.sleep(0.2)
      other:append(NAME, message "new")
      other.connection:close()
    end)
    local heard = task.spawn(function()
      for event in watcher:idle(nil, { timeout = 5 }) do
        if event.type == "status" and event.name == NAME then return event.messages end
      end
    end)
    task.run()
    assert.equal(2, heard:join())
    watcher:notify()
    assert.equal("invalid", (kind_of(watcher.notify, watcher, "(a)\r\nX")))
    watcher.connection:close()
  end)

  it("takes folders as objects, too", function()
    fill(2)
    assert.equal(2, #all(imap:fetch({ id = NAME }, "1:*", "UID")))
    assert.equal("invalid", (kind_of(imap.fetch, imap, 7, "1:*", "UID")))
    assert.equal("invalid", (kind_of(imap.fetch, imap, NAME, "1:x", "UID")))
    assert.equal("invalid", (kind_of(imap.fetch, imap, NAME, {}, "UID\r\nX")))
    assert.equal("invalid", (kind_of(imap.copy, imap, NAME, {}, "x")))
  end)
end)

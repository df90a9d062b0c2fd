-- What callers get wrong: wrong types, unknown names, line breaks, closed and
-- deleted things.  Each is told in one line what is wrong, and nothing is done.

local error_object = require "satchel.error"
local satchel = require "satchel"
local sandbox = require "satchel.sandbox"
local tapped = require "support.tapped"

local tap, session, inbox

local function new_item()
  return inbox:create { subject = "x", text = "t", from = tapped.other, to = tapped.other,
    attachments = { { name = "a.txt", data = "abc" } } }
end

setup(function()
  tap = tapped.new()
  session = tap:connect()
  inbox = session.inbox
end)

teardown(function() tap.box:close() end)

local function fails(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok, "no error")
  assert.is_true(error_object.is(err), tostring(err))
  return err
end

-- Anything anywhere ----------------------------------------------------------

local anything <const> = {
  -1, 1.5, 0 / 0, math.huge, math.mininteger, true, "", "x\r\ny", "x\0y", ("z"):rep(20000),
  "\xff\xfe", {}, { 1, 2 }, { nope = 1 }, { { {} } }, function() end, satchel.null,
  coroutine.create(print), io.stdout,
}

-- kinds that a wrong argument may have
local fitting <const> = { invalid = true, unsupported = true, not_found = true, exists = true,
  denied = true, limit = true }

local function check(label, ok, err)
  if ok then return end
  assert.is_true(error_object.is(err), label .. ": " .. tostring(err))
  assert.is_true(fitting[err.kind], label .. ": " .. tostring(err))
  local line = tostring(err)
  assert.falsy(line:find "%c", label)
  assert.is_true(#line < 1000, label)
  assert.truthy(line:find "arguments_spec.lua:%d+: ", label .. ": " .. line)
end

local function try_all(label, fn)
  for i, value in ipairs(anything) do
    check(("%s with value %d"):format(label, i), pcall(fn, value))
  end
  check(label .. " with nil", pcall(fn, nil))
end

describe("any value as an argument is taken or refused", function()
  local makers <const> = {
    session = function() return session end, folder = function() return inbox end,
    query = function() return inbox:query { limit = 3 } end, item = new_item,
    attachment = function() return new_item().attachments[1] end,
  }
  -- tried elsewhere: they write files, or end what the others need
  local apart <const> = { close = true, save_as = true, ["attachment.save"] = true,
    ["folder.delete"] = true, ["folder.empty"] = true, ["folder.move"] = true,
    ["folder.rename"] = true, ["folder.copy"] = true }

  for name, make in pairs(makers) do
    for method in pairs(require("satchel." .. name).methods) do
      if not method:find "^__" and not apart[method] and not apart[name .. "." .. method] then
        it(("%s:%s"):format(name, method), function()
          try_all(method .. "(value)", function(value)
            local object = make()
            return object[method](object, value)
          end)
          try_all(method .. "(good, value)", function(value)
            local object = make()
            return object[method](object, name == "folder" and {} or inbox, value)
          end)
        end)
      end
    end
  end

  it("of fields", function()
    for name in pairs(require("satchel.field").rows) do
      try_all("create " .. name, function(value) inbox:create { [name] = value } end)
      try_all("item." .. name, function(value)
        local item = inbox:query({ limit = 1, fields = { "class" } }):first()
        item[name] = value
        item:save()
      end)
    end
  end)

  it("of queries", function()
    local quiet = session:folder("Inbox/Quiet", { create = true })
    for name in pairs(require("satchel.field").rows) do
      try_all("where " .. name, function(value)
        return quiet:query({ where = { [name] = value } }):count()
      end)
      for operator in ("contains prefix equals since before larger smaller exists"):gmatch "%a+" do
        try_all(("where %s %s"):format(name, operator), function(value)
          return quiet:query({ where = { [name] = satchel[operator](value) } }):count()
        end)
      end
    end
    for option in pairs(require("satchel.query").options) do
      try_all("items " .. option, function(value)
        return quiet:query({ [option] = value }):all()
      end)
    end
  end)

  it("of messages to send", function()
    for option in pairs(require("satchel.compose").options) do
      try_all("send " .. option, function(value)
        local message = { to = tapped.other, subject = "s" }
        message[option] = value
        session:send(message)
      end)
    end
  end)

  it("of attachments", function()
    local item = inbox:create { subject = "x" }
    for option in ("name data path source type content_id inline item size"):gmatch "%S+" do
      if option ~= "source" then
        try_all("attach " .. option, function(value)
          local spec = { name = "n", data = "d" }
          if option == "path" or option == "item" then spec.data = nil end
          spec[option] = value
          item:attach(spec)
        end)
      end
    end
  end)

  it("of connect", function()
    for option in pairs(require("satchel.connect").options) do
      if option ~= "transport" and option ~= "trace" then
        try_all("connect " .. option, function(value)
          if option == "sandbox" and value == nil then return end
          local options = { user = tapped.me, password = "secret-1", sandbox = tap.box }
          options[option] = value
          local ok, err = pcall(satchel.connect, options)
          if ok then return err:close() end
          if err.kind ~= "auth" then error(err, 0) end
        end)
      end
    end
    try_all("connect", satchel.connect)
  end)

  it("of the module", function()
    for name in ("contains prefix equals since before larger smaller exists between any all "
      .. "none named spawn join open check migrate"):gmatch "%S+" do
      try_all(name, function(value) return satchel[name](value) end)
      try_all(name .. "(x, value)", function(value) return satchel[name]("x", value) end)
    end
    pcall(satchel.run)
  end)
end)

-- What is said ----------------------------------------------------------------

local function item() return new_item() end

local cases <const> = {
  -- what is done, words of the error
  { "connect's options", function() satchel.connect { usr = "a@x.test" } end, "'usr'", "user" },
  { "connect without user", function() satchel.connect {} end, "user" },
  { "connect's tls", function() satchel.connect { user = "a@x.test", tls = { cafile = "x" } } end,
    "'cafile'", "ca" },
  { "connect's limits", function()
    satchel.connect { user = "a@x.test", limits = { respons = 1 } }
  end,
    "'respons'", "response" },
  { "a scheme", function() satchel.connect { user = "a@x.test", url = "mapu://h" } end,
    "mapu", "mapi" },
  { "a clear-text url", function() satchel.connect { user = "a@x.test", url = "http://h/" } end,
    "not encrypted", "tls = false" },
  { "two secrets", function()
    satchel.connect { user = "a@x.test", password = "x", token = "y" }
  end, "not both" },
  { "a time-out of nothing", function() satchel.connect { user = "a@x.test", timeout = 0 } end,
    "timeout" },
  { "what is no sandbox", function() satchel.connect { user = "a@x.test", sandbox = {} } end,
    "sandbox", "start" },
  { "a password function that gives none", function()
    satchel.connect { user = tapped.me, sandbox = tap.box, password = function() end }
  end, "'password' gave a nil" },
  { "a session's field", function() return session.inbx end, "'inbx'", "inbox" },
  { "a session's method", function() session:sned {} end, "'sned'", "send" },
  { "assigning to a session", function() session.inbox = 1 end, "not assigned" },
  { "a folder's field", function() return inbox.unred end, "'unred'", "unread" },
  { "an item's field", function() return item().subjct end, "'subjct'", "subject" },
  { "an item's assignment", function() item().subjct = "x" end, "'subjct'", "subject" },
  { "an attachment's field", function() return item().attachments[1].nme end, "'nme'", "name" },
  { "a read-only field", function() item().size = 1 end, "'size'", "read only" },
  { "a field of create", function() inbox:create { subjet = "x" } end, "'subjet'", "subject" },
  { "a field of update", function() item():update { unraed = true } end, "'unraed'", "unread" },
  { "a field of a query's update", function() inbox:query({}):update { flaged = true } end,
    "'flaged'", "flagged" },
  { "an option of items", function() inbox:items { were = {} } end, "'were'", "where" },
  { "a field of where", function() inbox:items { where = { form = "x" } } end, "'form'", "from" },
  { "a field of order", function() inbox:items { order = "-recieved" } end,
    "recieved", "received" },
  { "a field of fields", function() inbox:items { fields = { "sbject" } } end,
    "sbject", "subject" },
  { "an option of delete", function() item():delete { heard = true } end, "'heard'", "hard" },
  { "an option of send", function() session:send { too = "a@x.test" } end, "'too'", "to" },
  { "an option of reply", function() item():reply { txt = "x" } end, "'txt'", "text" },
  { "an option of attach", function() item():attach { nmae = "x", data = "d" } end,
    "'nmae'", "name" },
  { "an option of attachments", function()
    session:send { to = "a@x.test", attachments = { nmae = "x" } }
  end, "nmae", "name" },
  { "a role", function() session:folder("Inbox/x", { creat = true }) end, "'creat'", "create" },
  { "a kind of folder", function() inbox:create_folder("x", { kind = "calender" }) end,
    "calender", "calendar" },
  { "a ROP", function() session.mapi:rop("get_recieve_folder", {}) end,
    "get_recieve_folder", "get_receive_folder" },
  { "a field of a ROP", function()
    session.mapi:rop("get_receive_folder", { message_class = "IPM", mesage_class = "IPM" })
  end, "mesage_class", "message_class" },
  { "a property", function() return item().props.PidTagImportence end,
    "PidTagImportence", "PidTagImportance" },
  { "an enumerated value", function() item().importance = "hihg" end, "'hihg'", "high" },
  { "a negative limit", function() inbox:items { limit = -1 } end, "-1" },
  { "a broken limit", function() inbox:items { limit = 1.5 } end, "1.5" },
  { "a piece of no size", function() item().attachments[1]:chunks(0) end, "0 bytes" },
  { "a send to nobody", function() session:send { subject = "x" } end, "no recipient" },
  { "a send to an empty list", function() session:send { to = {}, subject = "x" } end,
    "no recipient" },
  { "an address that is none", function() session:send { to = "a@b@", subject = "x" } end,
    "address" },
  { "a sender without address", function()
    session:send { to = "a@x.test", from = "Somebody" }
  end, "Somebody", "address" },
  { "two senders", function() session:send { to = "a@x.test", from = "a@x.test, b@x.test" } end,
    "one address" },
  { "a time that is none", function() item():update { received = "yesterday" } end,
    "yesterday" },
  { "a target that is none", function() item():move(42) end, "folder" },
  { "an empty target", function() inbox:query({}):move "" end, "empty" },
  { "an item of another folder", function()
    local results = session.trash:query({ ids = { item().id } }):move(session.archive)
    error_object.raise(results[1].error)
  end, "not in folder", kind = "not_found" },
  { "what is no id", function() inbox:get "nonsense" end, "nonsense" },
  { "a folder that is not there", function() session:folder "Inbox/Nowhere" end,
    "Nowhere", "create", kind = "not_found" },
  { "a delete in the trash", function()
    local gone = session.trash:create { subject = "x" }
    gone:delete()
  end, "hard" },
  { "a fault", function() tap.box:fault "cutt" end, "'cutt'", "cut" },
  { "an unknown fault option", function() tap.box:fault("cut", { byte = 1 }) end,
    "'byte'", "bytes" },
  { "a name with a slash for a file", function() item():save_as "x.doc" end, ".eml" },
}

describe("the caller's mistake", function()
  for _, case in ipairs(cases) do
    it(("is told: %s"):format(case[1]), function()
      local before = tap.count
      local err = fails(case[2])
      assert.equal(case.kind or "invalid", err.kind, tostring(err))
      for i = 3, #case do
        assert.truthy(tostring(err):find(case[i], 1, true), tostring(err))
      end
      assert.truthy(err.where:find "arguments_spec.lua")
      assert.is_true(tap.count >= before)
    end)
  end

  it("costs no request where the arguments show it", function()
    local message = new_item()
    local before = tap.count
    fails(function() message:move(42) end)
    fails(function() message:update { subjct = "x" } end)
    fails(function() inbox:query { were = {} } end)
    fails(function() session:send { to = "a@x.test", subjet = "x" } end)
    fails(function() inbox:create { subject = {} } end)
    fails(function() inbox:create_all { { subject = "x" }, { subjet = "x" } } end)
    assert.equal(before, tap.count)
  end)
end)

describe("a line break", function()
  local function refused(fn)
    local err = fails(fn)
    assert.equal("invalid", err.kind, tostring(err))
    assert.falsy(tostring(err):find "[\r\n\0]")
  end

  for name, text in pairs { CR = "a\rb", LF = "a\nBcc: eve@x.test", NUL = "a\0b" } do
    it(("%s is refused in what becomes a header"):format(name), function()
      local to = tapped.other
      for _, field in ipairs { "to", "cc", "bcc", "from", "reply_to" } do
        refused(function() session:send { to = to, [field] = text .. "@x.test" } end)
        refused(function()
          session:send { to = to, [field] = { email = "b@x.test", name = text } }
        end)
      end
      refused(function() session:send { to = to, subject = text } end)
      refused(function() session:send { to = to, message_id = "<" .. text .. "@x>" } end)
      refused(function() session:send { to = to, in_reply_to = "<" .. text .. "@x>" } end)
      refused(function() session:send { to = to, references = { "<" .. text .. "@x>" } } end)
      refused(function() session:send { to = to, categories = { text } } end)
      refused(function() session:send { to = to, headers = { ["X-Test"] = text } } end)
      refused(function() session:send { to = to, headers = { ["X-" .. text] = "x" } } end)
      refused(function()
        session:send { to = to, attachments = { { name = text, data = "d" } } }
      end)
      refused(function()
        session:send { to = to, attachments = { { name = "n", type = text, data = "d" } } }
      end)
      refused(function()
        session:send { to = to, attachments = { { name = "n", content_id = text, data = "d" } } }
      end)
      refused(function() new_item().subject = text end)
      for _, option in ipairs { "user", "url", "user_dn", "nspi_url", "mailbox", "proxy" } do
        refused(function() satchel.connect { user = "a@x.test", [option] = text } end)
      end
    end)
  end
end)

describe("nothing", function()
  it("is done to nothing", function()
    local empty = session:folder("Inbox/Empty", { create = true })
    local none = empty:query {}
    assert.same({}, none:move(session.archive))
    assert.same({}, none:copy(session.archive))
    assert.same({}, none:delete())
    assert.same({}, none:update { unread = true })
    assert.same({}, none:ids())
    assert.same({}, none:all())
    assert.is_nil(none:first())
    assert.is_false(none:exists())
    assert.equal(0, none:count())
    assert.same({}, empty:create_all {})
    assert.same({}, empty:query({ ids = {} }):move(session.archive))
    assert.same({}, empty:query({ limit = 0 }):all())
    assert.same({}, inbox:query({ ids = {} }):update { unread = true })
  end)

  it("is what satchel.null leaves", function()
    local one = new_item()
    one:update { subject = satchel.null, categories = { "Red" } }
    one:update { categories = satchel.null }
    one:reload()
    assert.is_true(one.subject == nil or one.subject == "")
    assert.is_true(one.categories == nil or #one.categories == 0)
  end)
end)

-- Things that are closed or gone ----------------------------------------------

describe("a session that is closed", function()
  local uses <const> = {
    function(s) return s.inbox end, function(s) return s:folder "Inbox" end,
    function(s) return s:folders() end, function(s) return s:send { to = "a@x.test" } end,
    function(s) return s:mailbox "a@x.test" end, function(s) return s:can "move" end,
    function(s) return s.mapi end,
    function(_, f) return f:reload() end, function(_, f) return f:query({}):count() end,
    function(_, f) for i in f:items() do if i then break end end end,
    function(_, f) return f:create { subject = "x" } end,
    function(_, f) return f:create_folder "x" end, function(_, f) return f:delete() end,
    function(_, _, i) return i:reload() end, function(_, _, i) return i.text end,
    function(_, _, i) return i:update { subject = "x" } end,
    function(_, _, i) return i:move "Inbox" end, function(_, _, i) return i:delete() end,
    function(_, _, i) return i:attach { name = "a", data = "b" } end,
    function(_, _, i) return i:reply {} end,
    function(_, _, _, a) return a:read() end,
    function(_, _, i) return i.props.PidTagImportance end,
  }

  for n, use in ipairs(uses) do
    it(("says so at use %d"):format(n), function()
      local other = tap:aside()
      local folder = other.inbox
      local one = folder:create { subject = "x", attachments = { { name = "a", data = "b" } } }
      local attachment = one.attachments[1]
      one = folder:query({ ids = { one.id }, fields = { "subject" } }):first()
      other:close()
      other:close()
      local err = fails(use, other, folder, one, attachment)
      assert.equal("invalid", err.kind)
      assert.truthy(err.message:find("closed", 1, true), err.message)
      assert.truthy(tostring(other):find "closed")
    end)
  end

  it("ends a loop that goes on", function()
    local other = tap:aside()
    local folder = other:folder("Inbox/Loop", { create = true })
    for i = 1, 60 do folder:create { subject = tostring(i) } end
    local err = fails(function()
      for _ in folder:items { fields = { "to" } } do other:close() end
    end)
    assert.truthy(err.message:find "closed")
  end)

  it("is told of the box that is closed, too", function()
    local box = sandbox.start { users = { ["a@x.test"] = "s" } }
    local other = satchel.connect { sandbox = box, user = "a@x.test", password = "s" }
    box:close()
    assert.equal("network", fails(function() return other.inbox:query({}):count() end).kind)
    other:close()
  end)
end)

describe("an item that is gone", function()
  it("is not found", function()
    local one = new_item()
    local other <close> = tap:aside()
    other.inbox:query({ ids = { one.id } }):delete { hard = true }
    local uses = {
      function() one:reload() end, function() one:update { subject = "y" } end,
      function() one:move(session.archive) end, function() one:delete() end,
      function() one:copy(session.archive) end,
      function() one:attach { name = "a", data = "b" } end, function() one:reply {} end,
      function() inbox:get(one.id) end, function() return one.attachments[1]:read() end,
      function() one.unread = false one:save() end,
    }
    for i, use in ipairs(uses) do
      local ok, err = pcall(use)
      assert.is_false(ok, "use " .. i)
      assert.equal("not_found", err.kind, i .. ": " .. tostring(err))
    end
  end)
end)

describe("a loop", function()
  it("left early, or by an error, leaves nothing open", function()
    local folder = session:folder("Inbox/Left", { create = true })
    local list = {}
    for i = 1, 120 do list[i] = { subject = tostring(i), text = "t" } end
    folder:create_all(list)
    local function objects()
      local n = 0
      for _, context in pairs(tap.box.sessions) do
        for _ in pairs(context.objects) do n = n + 1 end
      end
      return n
    end
    folder:query({}):count()
    collectgarbage()
    folder:query({}):count()
    local before = objects()
    for _ = 1, 20 do
      for one in folder:items { fields = { "to" } } do if one then break end end
      pcall(function() for _ in folder:items { fields = { "to" } } do error "stop" end end)
    end
    -- a request carries at most 64 releases along
    for _ = 1, 3 do
      collectgarbage()
      folder:query({}):count()
    end
    assert.is_true(objects() <= before + 1, ("%d, %d before"):format(objects(), before))
  end)

  it("passes on the error of its body as it is", function()
    local thing = {}
    local ok, err = pcall(function()
      for _ in session.root:folders() do error(thing, 0) end
    end)
    assert.is_false(ok)
    assert.equal(thing, err)
  end)
end)

describe("objects collected in any order", function()
  it("release what they held without a word", function()
    for _ = 1, 5 do
      local other = tap:aside()
      local folder = other.sent
      local step = folder:items { fields = { "to" } }
      step()
      local held = { other, folder, step, folder:query {}, other.mapi }
      local first = table.remove(held, math.random(#held))
      assert.truthy(first)
      held, other, folder, step = nil, nil, nil, nil -- luacheck: no unused
      collectgarbage()
      first = nil -- luacheck: no unused
      collectgarbage()
    end
  end)
end)

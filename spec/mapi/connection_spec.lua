local connection = require "satchel.mapi.connection"
local error_object = require "satchel.error"
local fake_mapi = require "support.fake_mapi"
local replay = require "support.replay"

local function open(fake, options)
  local o = { transport = fake.transport, user_dn = "/o=x/cn=alice",
    url = "https://mail.example.test/mapi/emsmdb/?MailboxId=x" }
  for k, v in pairs(options or {}) do o[k] = v end
  return connection.open(o)
end

local function types(fake)
  local list = {}
  for i, r in ipairs(fake.requests) do list[i] = r.type end
  return table.concat(list, " ")
end

local function fails(fn, ...)
  local ok, err = pcall(fn, ...)
  assert.is_false(ok)
  assert.is_true(error_object.is(err), tostring(err))
  return err
end

local FOLDER <const> = { folder_id = 5, open_mode_flags = 0 }
local LOST <const> = { kind = "network", message = "the connection was cut" }
local EXPIRED <const> = { status = 200, headers = { { "X-ResponseCode", "10" },
  { "Content-Type", "text/html" } }, body = "<html>gone</html>" }

describe("a connection", function()
  it("takes two round trips to connect and log on", function()
    local fake = fake_mapi.new()
    local conn <close> = open(fake)
    assert.equal("Connect Execute", types(fake))
    assert.equal(2, conn.round_trips)
    assert.equal("/o=x/cn=alice", fake.requests[2].rops[1].essdn)
    assert.equal(4, conn.primary.reply.folder_ids[4])
    assert.equal("mail.example.test", conn.server)
  end)

  it("disconnects once when it is closed", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    conn:close()
    conn:close()
    assert.equal("Connect Execute Disconnect", types(fake))
    assert.equal("invalid", fails(conn.rop, conn, "get_store_state").kind)
  end)

  it("replays a recorded session with a real server", function()
    local path = "spec/recordings/gromox-3.10-send.jsonl"
    local dn = replay.load(path)[1].request_body:match "^[^\0]+"
    local transport = replay.new(path)
    local conn = connection.open { transport = transport, user_dn = dn,
      url = "https://mail.example.test/mapi/emsmdb/?MailboxId=x@example.test",
      limits = { response = 0x10008 } }
    assert.equal("Alice Example", conn.display_name)
    assert.equal(13, #conn.primary.reply.folder_ids)
    conn:close()
    assert.equal(3, conn.round_trips)
  end)

  it("keeps what nobody asked for, or hands it on", function()
    local notice = fake_mapi.response("notify", { notification_handle = 101, logon_id = 0,
      notification_data = { notification_flags = 0x0008, folder_id = 7, parent_folder_id = 1 } })
    local fake = fake_mapi.new()
    local conn = open(fake)
    fake.aside = notice
    conn:rop("get_store_state")
    assert.equal(101, conn.notices[1].notification_handle)
    local seen = {}
    conn.on_notice = function(n) seen[#seen + 1] = n.rop end
    conn:rop("get_store_state")
    assert.same({ "notify" }, seen)
  end)
end)

describe("a ROP by name", function()
  it("works on the mailbox, on a reply's object and on what has a handle", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    local folder = conn:rop("open_folder", FOLDER)
    local tab = conn:rop("get_contents_table", { table_flags = 0 }, folder.object)
    assert.equal(0, tab.row_count)
    conn:rop("get_contents_table", { table_flags = 0 }, { handle = folder.object })
    local last = fake.requests[#fake.requests]
    assert.equal(folder.object:value(), last.table[last.rops[1].input_handle_index + 1])
  end)

  it("raises what the server refuses, with its names", function()
    local fake = fake_mapi.new { open_folder = function() return { return_value = 0x8004010f } end }
    local conn = open(fake)
    local err = fails(conn.rop, conn, "open_folder", FOLDER)
    assert.equal("not_found", err.kind)
    assert.equal(0x8004010f, err.code)
    assert.equal("open_folder", err.op)
    assert.equal("mail.example.test", err.server)
    assert.is_string(err.name)
  end)

  it("may fail where the caller says so, and warnings are no failures", function()
    local fake = fake_mapi.new {
      open_folder = function() return { return_value = 0x8004010f } end,
      submit_message = function() return { return_value = 0x00040580 } end,
    }
    local conn = open(fake)
    assert.equal(0x8004010f,
      conn:rop("open_folder", FOLDER, nil, { may_fail = true }).return_value)
    assert.equal(0x00040580, conn:rop("submit_message", { submit_flags = 0 }).return_value)
  end)

  it("with wrong fields is the caller's mistake", function()
    local conn = open(fake_mapi.new())
    local err = fails(conn.rop, conn, "open_folder", { folder = 5 })
    assert.equal("invalid", err.kind)
    assert.equal("open_folder", err.op)
    err = fails(conn.rop, conn, "open_foldr", {})
    assert.equal("invalid", err.kind)
    assert.truthy(err.message:find("open_folder", 1, true))
  end)
end)

describe("a batch of a connection", function()
  it("fills each reference and gives the results in order", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    local folder, tab
    local results = conn:batch(function(b)
      folder = b:rop("open_folder", FOLDER)
      tab = b:rop("get_contents_table", { table_flags = 0 }, folder, { keep = true })
    end)
    assert.equal(folder.result, results[1])
    assert.equal(tab.result, results[2])
    assert.is_true(tab.object:live())
    assert.is_nil(folder.object)
    assert.equal(3, #fake.requests)
  end)

  it("of nothing sends nothing", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    assert.same({}, conn:batch(function() end))
    assert.equal(2, #fake.requests)
  end)

  it("raises the first failure and keeps the answers", function()
    local fake = fake_mapi.new {
      get_store_state = function() return { return_value = 0x80070005 } end,
    }
    local conn = open(fake)
    local err = fails(conn.batch, conn, function(b)
      b:rop("open_folder", FOLDER)
      b:rop("get_store_state")
    end)
    assert.equal("denied", err.kind)
    assert.equal(0, err.results[1].return_value)
  end)

  it("that fails half-way keeps the answers before", function()
    local fake = fake_mapi.new()
    local conn = open(fake, { limits = { handles = 2 } })
    fake:fault()
    fake:fault(nil, LOST)
    local err = fails(conn.batch, conn, function(b)
      b:rop("get_store_state")
      b:rop("create_folder", { folder_type = 1, use_unicode_strings = true, open_existing = true,
        display_name = "a", comment = "" })
      b:rop("create_folder", { folder_type = 1, use_unicode_strings = true, open_existing = true,
        display_name = "b", comment = "" })
    end)
    assert.is_true(err.uncertain)
    assert.equal(9, err.results[2].folder_id)
    assert.is_nil(err.results[3])
  end)

  it("of writes that the server could not answer in full is uncertain", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    function fake.execute() return string.pack("<I4I4I4I4I4", 0, 0x47d, 0, 0, 0) end
    local err = fails(conn.rop, conn, "submit_message", { submit_flags = 0 })
    assert.equal(0x47d, err.code)
    assert.is_true(err.uncertain)
  end)

  it("of reads that the server could not answer in full is sent in smaller parts", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    local execute, most = fake.execute, 3
    function fake:execute(body, note)
      local answer = execute(self, body, note)
      return #note.rops > most and string.pack("<I4I4I4I4I4", 0, 0x47d, 0, 0, 0) or answer
    end
    local results = conn:batch(function(b)
      for _ = 1, 20 do b:rop("get_store_state") end
    end)
    assert.equal(20, #results)
    for i = 6, #fake.requests do assert.is_true(#fake.requests[i].rops <= most) end
  end)

  it("may hold a RopLogon of its own", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    local public = conn:rop("logon", { logon_flags = 0, open_flags = 2, store_state = 0 }, nil,
      { logon_id = 9 })
    conn:rop("get_store_state", nil, public.object)
    assert.equal(9, fake.requests[3].rops[1].logon_id)
    assert.equal(9, fake.requests[4].rops[1].logon_id)
  end)

  it("logs on to another mailbox of the same session", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    local boss = conn:logon "/o=x/cn=boss"
    boss:rop("get_store_state")
    local last = fake.requests[4].rops[1]
    assert.equal(1, last.logon_id)
    assert.equal("/o=x/cn=boss", fake.requests[3].rops[1].essdn)
  end)
end)

describe("named properties", function()
  local function fake_names()
    local calls = 0
    return fake_mapi.new {
      get_property_ids_from_names = function(r)
        calls = calls + 1
        local list = {}
        for i in ipairs(r.property_names) do list[i] = 0x8000 + calls * 16 + i end
        return { property_ids = list }
      end,
      get_names_from_property_ids = function(r)
        local list = {}
        for i in ipairs(r.property_ids) do
          list[i] = { kind = 0, guid = "00062003-0000-0000-c000-000000000046", lid = 0x8100 + i }
        end
        return { property_names = list }
      end,
    }
  end
  local due = { guid = "00062003-0000-0000-c000-000000000046", lid = 0x8105 }
  local keywords = { guid = "00020329-0000-0000-c000-000000000046", name = "Keywords" }

  it("are asked for once", function()
    local fake = fake_names()
    local conn = open(fake)
    assert.same({ 0x8012, 0x8011, 0x8012 }, conn:named_ids { due, keywords, due })
    assert.same({ 0x8011, 0x8012 }, conn:named_ids { keywords, due })
    assert.equal(3, #fake.requests)
    assert.equal(2, #fake.requests[3].rops[1].property_names)
  end)

  it("have names again", function()
    local fake = fake_names()
    local conn = open(fake)
    conn:named_ids { due }
    local names = conn:id_names { 0x8011, 0x9000 }
    assert.equal(0x8105, names[1].lid)
    assert.equal(0x8101, names[2].lid)
    conn:id_names { 0x9000 }
    assert.equal(4, #fake.requests)
  end)

  it("are false where the mailbox knows none", function()
    local fake = fake_mapi.new { get_names_from_property_ids = function()
      return { property_names = { { guid = "00020328-0000-0000-c000-000000000046" } } }
    end }
    assert.same({ false }, open(fake):id_names { 0x9000 })
  end)
end)

describe("a logon by name", function()
  it("is one more on the session, public folders too", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    conn:rop("logon", { logon_flags = 0, open_flags = 0x01000006, store_state = 0 }, nil,
      { logon_id = 7 })
    local rop = fake.requests[3].rops[1]
    assert.same({ "logon", 7 }, { rop.rop, rop.logon_id })
  end)
end)

describe("a session that was lost", function()
  local faults = { ["a cut connection"] = { nil, LOST }, ["an expired context"] = { EXPIRED } }
  for name, fault in pairs(faults) do
    it("is made anew and reads are sent again after " .. name, function()
      local fake = fake_mapi.new()
      local conn = open(fake)
      fake:fault(fault[1], fault[2])
      assert.equal(0, conn:rop("get_store_state").store_state)
      assert.equal("Connect Execute Execute Connect Execute Execute", types(fake))
    end)
  end

  it("does not send a write again whose answer was lost", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    fake:fault(nil, LOST)
    local err = fails(conn.rop, conn, "submit_message", { submit_flags = 0 })
    assert.equal("network", err.kind)
    assert.is_true(err.uncertain)
    assert.is_falsy(err.retryable)
    assert.equal("Connect Execute Execute", types(fake))
  end)

  it("sends a write again that the server refused unread", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    fake:fault(EXPIRED)
    conn:rop("submit_message", { submit_flags = 0 })
    assert.equal("Connect Execute Execute Connect Execute Execute", types(fake))
  end)

  it("sends a write again that never left", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    fake:fault(nil, { kind = "network", message = "refused", sent = false })
    conn:rop("submit_message", { submit_flags = 0 })
    assert.equal("Connect Execute Execute Connect Execute Execute", types(fake))
  end)

  it("has objects that say so", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    local folder = conn:rop("open_folder", FOLDER).object
    fake:fault(EXPIRED)
    conn:rop("get_store_state")
    local err = fails(conn.rop, conn, "get_contents_table", { table_flags = 0 }, folder)
    assert.equal("conflict", err.kind)
    assert.is_true(err.stale)
  end)

  it("logs on to the other mailboxes when they are used", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    local boss = conn:logon "/o=x/cn=boss"
    fake:fault(EXPIRED)
    conn:rop("get_store_state")
    boss:rop("get_store_state")
    assert.equal("/o=x/cn=boss", fake.requests[8].rops[1].essdn)
    assert.equal("get_store_state", fake.requests[9].rops[1].rop)
  end)

  it("is made anew after a task was cancelled in the middle", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    local transport = conn.transport
    function conn.transport() error_object.raise { kind = "cancelled", message = "stop" } end
    assert.equal("cancelled", fails(conn.rop, conn, "get_store_state").kind)
    conn.transport = transport
    assert.equal(0, conn:rop("get_store_state").store_state)
    assert.equal("Connect Execute Connect Execute Execute", types(fake))
  end)

  it("is made anew again when the new one is lost at once", function()
    local fake = fake_mapi.new()
    fake:fault()
    fake:fault(EXPIRED)
    local conn = open(fake)
    assert.equal("Connect Execute Connect Execute", types(fake))
    assert.equal(0, conn:rop("get_store_state").store_state)
  end)

  it("is given up when it cannot be made anew", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    fake:fault(nil, LOST)
    fake:fault(nil, LOST)
    local err = fails(conn.rop, conn, "get_store_state")
    assert.equal("network", err.kind)
    assert.equal("connect", err.op)
    assert.equal(0, conn:rop("get_store_state").store_state)
  end)
end)

describe("what the server says of itself", function()
  local cases = {
    { "busy", { status = 503, headers = { { "Retry-After", "7" } }, body = "" }, "throttled" },
    { "no credentials", { status = 401, headers = {}, body = "" }, "auth" },
    { "a web page", { status = 200, headers = { { "Content-Type", "text/html" } },
      body = "<html>Sign in</html>" }, "protocol" },
    { "no such place", { status = 404, headers = {}, body = "" }, "not_found" },
  }
  for _, case in ipairs(cases) do
    it("is the error's kind: " .. case[1], function()
      local fake = fake_mapi.new()
      fake:fault(case[2])
      local err = fails(open, fake)
      assert.equal(case[3], err.kind)
      assert.equal("connect", err.op)
      assert.equal(case[1] == "busy" and 7 or nil, err.retry_after)
    end)
  end

  it("does not end a session that is only throttled", function()
    local fake = fake_mapi.new()
    local conn = open(fake)
    fake:fault { status = 503, headers = { { "Retry-After", "7" } }, body = "" }
    local err = fails(conn.rop, conn, "submit_message", { submit_flags = 0 })
    assert.equal("throttled", err.kind)
    assert.is_nil(err.uncertain)
    conn:rop("get_store_state")
    assert.equal("Connect Execute Execute Execute", types(fake))
  end)
end)

local client = require "sandbox.client"
local sandbox = require "satchel.sandbox"
local T = require "satchel.sandbox.tags"

local ANNA, BOB, CAROL = "anna@example.test", "bob@example.test", "carol@example.test"

local function get(c, object, list)
  return c:must("get_properties_specific", object,
    { property_size_limit = 0, want_unicode = true, property_tags = list }).row_data
end

local function rows(c, role, columns)
  local t = c:must("get_contents_table", c:open(role), { table_flags = 0 })
  return c:rows(t, columns)
end

describe("sending", function()
  local box, anna, bob
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret", [BOB] = "secret",
      [CAROL] = { password = "secret", name = "Carol Jones" } } }
    anna, bob = client.new(box, ANNA), client.new(box, BOB)
  end)

  -- recipients: { type, address } …
  local function compose(c, subject, recipients, props)
    local m = c:must("create_message", c.logon, { code_page_id = 0xfff,
      folder_id = c.folders[client.ROLES.outbox], associated_flag = false })
    local values = { { tag = T.Subject, value = subject }, { tag = T.Body, value = "Hällo" } }
    for tag, v in pairs(props or {}) do values[#values + 1] = { tag = tag, value = v } end
    c:must("set_properties", m, { property_values = values })
    local list = {}
    for i, r in ipairs(recipients) do
      list[i] = { row_id = i, recipient_type = r[1], recipient_row = { type = r[3] or "smtp",
        display_name = r[2], email_address = not r[3] and r[2] or nil, x500dn = r[3] and r[2],
        address_prefix_used = r[3] and 0, display_type = r[3] and 0, properties = {} } }
    end
    c:must("modify_recipients", m, { recipient_columns = {}, recipient_rows = list })
    return m
  end

  local function submit(c, m)
    return c:call("submit_message", m, { submit_flags = 0 }).return_value
  end

  it("puts a copy into each mailbox and the original into Sent Items", function()
    local m = compose(anna, "Re: héllo", { { 1, BOB }, { 2, CAROL }, { 1, BOB }, { 3, ANNA } })
    assert.are.equal(0, submit(anna, m))
    local list = rows(bob, "inbox", { T.Subject, T.MessageFlags, T.DisplayTo, T.DisplayCc,
      T.DisplayBcc, T.SenderName, T.SenderSmtpAddress, T.SentRepresentingAddressType })
    assert.are.equal(1, #list)
    local p = list[1]
    assert.are.same({ "Re: héllo", BOB .. "; " .. BOB, CAROL, "", "Anna", ANNA, "EX" },
      { p[T.Subject], p[T.DisplayTo], p[T.DisplayCc], p[T.DisplayBcc], p[T.SenderName],
        p[T.SenderSmtpAddress], p[T.SentRepresentingAddressType] })
    assert.are.equal(0, p[T.MessageFlags] & 0x09)
    assert.are.equal(1, #rows(anna, "inbox", { T.Mid }))
    assert.are.equal(0, #rows(anna, "outbox", { T.Mid }))
    local sent = rows(anna, "sent", { T.MessageFlags, T.DisplayBcc })
    assert.are.equal(1, #sent)
    assert.are.same({ 0x21, ANNA }, { sent[1][T.MessageFlags] & 0x2d, sent[1][T.DisplayBcc] })
  end)

  it("writes the headers of a message that arrived", function()
    local m = compose(anna, "Grüße", { { 1, BOB } },
      { [T.InReplyToId] = "<1@x>", [T.InternetReferences] = "<0@x> <1@x>" })
    submit(anna, m)
    local id = get(anna, m, { T.InternetMessageId })[T.InternetMessageId]
    local _, received = nil, rows(bob, "inbox", { T.Mid })[1][T.Mid]
    local opened = bob:must("open_message", bob.logon, { code_page_id = 0xfff, folder_id = 0,
      open_mode_flags = 0, message_id = received })
    local p = get(bob, opened, { T.TransportMessageHeaders, T.InternetMessageId,
      T.ReceivedByName, T.MessageDeliveryTime, T.ClientSubmitTime })
    local headers = p[T.TransportMessageHeaders]
    assert.are.equal(id, p[T.InternetMessageId])
    for _, line in ipairs { 'From: "Anna" <anna@example.test>', "To: <bob@example.test>",
      "Subject: =?utf-8?B?R3LDvMOfZQ==?=", "Message-ID: " .. id, "In-Reply-To: <1@x>",
      "References: <0@x> <1@x>" } do
      assert.is_truthy(("\r\n" .. headers):find("\r\n" .. line .. "\r\n", 1, true), line)
    end
    assert.are.equal("Bob", p[T.ReceivedByName])
    assert.is_true(p[T.MessageDeliveryTime] >= p[T.ClientSubmitTime])
  end)

  it("finds users by their DN, too", function()
    assert.are.equal(0, submit(anna, compose(anna, "x", { { 1, bob.user_dn, "x500dn" } })))
    assert.are.equal(1, #rows(bob, "inbox", { T.Mid }))
  end)

  it("gives the copy of named properties in the other mailbox's numbers", function()
    local name = { guid = "00020329-0000-0000-c000-000000000046", name = "Colour" }
    local function id_in(c)
      return c:must("get_property_ids_from_names", c.logon,
        { flags = 2, property_names = { name } }).property_ids[1]
    end
    id_in(anna)
    bob:must("get_property_ids_from_names", bob.logon, { flags = 2, property_names = {
      { guid = name.guid, name = "other" }, { guid = name.guid, name = "another" } } })
    submit(anna, compose(anna, "x", { { 1, BOB } }, { [id_in(anna) << 16 | 0x1f] = "green" }))
    local tag = id_in(bob) << 16 | 0x1f
    assert.are_not.equal(id_in(anna), id_in(bob))
    assert.are.equal("green", rows(bob, "inbox", { tag })[1][tag])
  end)

  for _, case in ipairs {
    { "no recipients", {}, 0x80040607 },
    { "an unknown local recipient", { { 1, BOB }, { 1, "nobody@example.test" } }, 0x40580 },
    { "no address", { { 1, "nobody" } }, 0x40580 },
  } do
    it("fails for " .. case[1] .. " and delivers nothing", function()
      local m = compose(anna, "x", case[2])
      assert.are.equal(case[3], submit(anna, m))
      assert.are.equal(0, #rows(bob, "inbox", { T.Mid }))
      assert.are.equal(0, #rows(anna, "sent", { T.Mid }))
    end)
  end

  it("hands what leaves the box to whoever looks", function()
    assert.are.equal(0, submit(anna, compose(anna, "out", { { 1, "x@elsewhere.example" } })))
    assert.are.same({ "x@elsewhere.example", ANNA, "out" },
      { box.outgoing[1].to, box.outgoing[1].from, box.outgoing[1].subject })
  end)

  it("keeps no copy where none is wanted, or keeps it elsewhere", function()
    submit(anna, compose(anna, "x", { { 1, BOB } }, { [T.DeleteAfterSubmit] = true }))
    assert.are.equal(0, #rows(anna, "sent", { T.Mid }))
    local deleted = anna:open "deleted"
    local entry_id = get(anna, deleted, { T.EntryId })[T.EntryId]
    submit(anna, compose(anna, "y", { { 1, BOB } }, { [T.SentMailEntryId] = entry_id }))
    assert.are.equal("y", rows(anna, "deleted", { T.Subject })[1][T.Subject])
  end)

  it("later waits in the Outbox until it is due, or called back", function()
    local function late()
      local m = compose(anna, "late", { { 1, BOB } },
        { [T.DeferredSendNumber] = 2, [T.DeferredSendUnits] = 1 })
      assert.are.equal(0, submit(anna, m))
      return get(anna, m, { T.Mid })[T.Mid]
    end
    local outbox = anna.folders[client.ROLES.outbox]
    local id = late()
    assert.are.equal(4, rows(anna, "outbox", { T.MessageFlags })[1][T.MessageFlags] & 4)
    local function abort()
      return anna:call("abort_submit", anna.logon,
        { folder_id = outbox, message_id = id }).return_value
    end
    assert.are.same({ 0, 0x80040601 }, { abort(), abort() })
    assert.are.equal(8, rows(anna, "outbox", { T.MessageFlags })[1][T.MessageFlags] & 0xc)
    late()
    assert.are.equal(0, #rows(bob, "inbox", { T.Mid }))
    box.deferred[1].due = os.time()
    assert.are.equal(1, #rows(bob, "inbox", { T.Mid }))
    assert.are.equal(1, #rows(anna, "sent", { T.Mid }))
  end)

  it("for somebody else is refused", function()
    local m = compose(anna, "x", { { 1, BOB } }, { [T.SentRepresentingAddressType] = "SMTP",
      [T.SentRepresentingEmailAddress] = CAROL })
    assert.are.equal(0x80070005, submit(anna, m))
  end)

  it("for somebody who allows it says who it is from", function()
    box:add_user("dan@example.test", { password = "x", send_as = { "Anna@example.test" } })
    local m = compose(anna, "x", { { 1, BOB } }, { [T.SentRepresentingAddressType] = "SMTP",
      [T.SentRepresentingEmailAddress] = "dan@example.test" })
    assert.are.equal(0, submit(anna, m))
    local p = rows(bob, "inbox", { T.SenderName, T.SentRepresentingName })[1]
    assert.are.same({ "Anna", "Dan" }, { p[T.SenderName], p[T.SentRepresentingName] })
  end)

  it("through a transport tells who the sender is", function()
    local m = compose(anna, "x", { { 1, BOB } })
    local reply = anna:must("transport_send", m, {})
    assert.are.equal("Anna", reply.property_values[1].value)
    assert.are.equal(1, #rows(bob, "inbox", { T.Mid }))
  end)

  it("follows the receive folder of the class", function()
    local store = box.users:find(BOB).store
    bob:must("set_receive_folder", bob.logon,
      { message_class = "IPM.Note.Custom", folder_id = store.roles.archive.id })
    submit(anna, compose(anna, "x", { { 1, BOB } },
      { [T.MessageClass] = "IPM.Note.Custom.Deep" }))
    assert.are.equal(1, store.roles.archive.normal.count)
    local reply = bob:must("get_receive_folder", bob.logon, { message_class = "IPM.Note.Custom.x" })
    assert.are.equal("IPM.Note.Custom", reply.explicit_message_class)
    assert.are.equal(0x80070005, bob:call("set_receive_folder", bob.logon,
      { message_class = "IPM", folder_id = store.roles.archive.id }).return_value)
    assert.are.equal(0x80070057, bob:call("get_receive_folder", bob.logon,
      { message_class = "IPM..Note" }).return_value)
  end)
end)

local client = require "sandbox.client"
local sandbox = require "satchel.sandbox"
local T = require "satchel.sandbox.tags"

local ANNA = "anna@example.test"
local NOWHERE = 0x7777777777770001

local function get(c, object, list)
  return c:must("get_properties_specific", object,
    { property_size_limit = 0, want_unicode = true, property_tags = list }).row_data
end

local function set(c, object, ...)
  local list = {}
  for i, p in ipairs { ... } do list[i] = { tag = p[1], value = p[2] } end
  return c:must("set_properties", object, { property_values = list }).property_problems
end

local function recipient(name, email)
  return { type = "smtp", display_name = name, email_address = email,
    properties = { [T.SmtpAddress] = email } }
end

describe("messages", function()
  local box, c, folder_id, m, id
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret" } }
    c = client.new(box, ANNA)
    folder_id = c.folders[client.ROLES.inbox]
    local reply
    m, reply = c:must("create_message", c.logon,
      { code_page_id = 0xfff, folder_id = folder_id, associated_flag = false })
    id = reply.message_id
  end)

  local function open(mode)
    return c:call("open_message", c.logon, { code_page_id = 0xfff, folder_id = folder_id,
      open_mode_flags = mode or 0, message_id = id })
  end

  local function save(object, flags)
    return c:call("save_changes_message", object or m, { save_flags = flags or 2 }).return_value
  end

  it("are seen by others only when saved", function()
    set(c, m, { T.Subject, "RE: draft" })
    assert.are.equal(0x8004010f, open().return_value)
    assert.are.equal(0, save())
    local reply = open()
    assert.are.same({ 0, "RE: ", "draft", 0, false }, { reply.return_value, reply.subject_prefix,
      reply.normalized_subject, reply.recipient_count, reply.has_named_properties })
    set(c, m, { T.Subject, "later" })
    assert.are.equal("draft", open().normalized_subject)
    save()
    assert.are.equal("later", open().normalized_subject)
  end)

  it("are counted, with their size and whether they are read", function()
    set(c, m, { T.MessageFlags, 0 }, { T.Body, ("x"):rep(1000) })
    save()
    local p = get(c, c:open "inbox", { T.ContentCount, T.ContentUnreadCount, T.MessageSize })
    assert.are.same({ 1, 1 }, { p[T.ContentCount], p[T.ContentUnreadCount] })
    assert.is_true(p[T.MessageSize] > 1000)
    assert.are.equal(p[T.MessageSize], get(c, m, { T.MessageSize })[T.MessageSize])
  end)

  for _, case in ipairs {
    { "Re: a", "Re: ", "a" }, { "a b: c", "", "a b: c" }, { "FWD: x", "FWD: ", "x" },
    { "abcd: x", "", "abcd: x" }, { "äöü: z", "äöü: ", "z" }, { "x", "", "x" },
    { "RE: FW: z", "RE: ", "FW: z" },
  } do
    it(("part the subject %q"):format(case[1]), function()
      set(c, m, { T.Subject, case[1] })
      local p = get(c, m, { T.Subject, T.SubjectPrefix, T.NormalizedSubject })
      assert.are.same({ [T.Subject] = case[1], [T.SubjectPrefix] = case[2],
        [T.NormalizedSubject] = case[3] }, p)
    end)
  end

  it("put a subject together from its parts", function()
    set(c, m, { T.Subject, "old" })
    set(c, m, { T.SubjectPrefix, "AW: " }, { T.NormalizedSubject, "new" })
    assert.are.equal("AW: new", get(c, m, { T.Subject })[T.Subject])
  end)

  it("derive text from HTML", function()
    set(c, m, { T.Html, "<html><style>b{}</style><p>Gr&uuml;&szlig;e</p>2 &lt; 3<br>x</html>" })
    save()
    local p = get(c, m, { T.Body, T.NativeBody })
    assert.are.same({ [T.Body] = "Grüße\r\n2 < 3\r\nx", [T.NativeBody] = 3 }, p)
  end)

  it("read HTML that is no UTF-8", function()
    set(c, m, { T.Html, "<p>Gr\xfc\xdfe</p>" })
    local p = get(c, m, { T.Body, T.BodyHtml, T.Html })
    assert.are.same({ "Grüße", "<p>Grüße</p>", "<p>Gr\xfc\xdfe</p>" },
      { p[T.Body], p[T.BodyHtml], p[T.Html] })
  end)

  it("keep both bodies that are given together, the last as the native one", function()
    set(c, m, { T.Body, "plain" }, { T.Html, "<b>rich</b>" })
    save()
    assert.are.same({ [T.Body] = "plain", [T.Html] = "<b>rich</b>", [T.NativeBody] = 3 },
      get(c, m, { T.Body, T.Html, T.NativeBody }))
    set(c, m, { T.Html, "<b>new</b>" })
    save()
    assert.are.same({ [T.Body] = "new", [T.NativeBody] = 3 }, get(c, m, { T.Body, T.NativeBody }))
    set(c, m, { T.Body, "last" })
    save()
    local p = get(c, m, { T.Body, T.Html, T.NativeBody })
    assert.are.same({ "last", 1 }, { p[T.Body], p[T.NativeBody] })
    assert.is_truthy(p[T.Html]:find("last", 1, true))
  end)

  it("derive HTML and RTF from text", function()
    set(c, m, { T.Body, "1 < 2\r\nja" })
    local p = get(c, m, { T.Html, T.RtfCompressed, T.NativeBody })
    assert.is_truthy(p[T.Html]:find("1 &lt; 2<br>\r\nja", 1, true))
    assert.are.equal(1, p[T.NativeBody])
    local rtf = require("satchel.core").rtf
    assert.is_truthy(rtf.to_text(rtf.decompress(p[T.RtfCompressed])):find("1 < 2", 1, true))
  end)

  it("refuse what the server computes", function()
    local problems = set(c, m, { T.Mid, 1 }, { T.Subject, "x" }, { T.HasAttachments, true },
      { T.DisplayTo, "x" }, { T.EntryId, "x" }, { T.CreationTime, 1 })
    local list = {}
    for i, p in ipairs(problems) do list[i] = { p.index, p.property_tag, p.error_code } end
    assert.are.same({ { 0, T.Mid, 0x80070005 }, { 2, T.HasAttachments, 0x80070005 },
      { 3, T.DisplayTo, 0x80070005 }, { 4, T.EntryId, 0x80070005 } }, list)
    save()
    assert.are.equal(0x80070005, set(c, m, { T.CreationTime, 2 })[1].error_code)
  end)

  it("opened for reading are not changed", function()
    save()
    local _, reader = open(0)
    assert.are.equal(0x80070005, c:call("set_properties", reader,
      { property_values = { { tag = T.Subject, value = "x" } } }).return_value)
    assert.are.equal(0x80070005, save(reader))
    assert.are.equal(0, get(c, reader, { T.AccessLevel })[T.AccessLevel])
  end)

  it("saved by someone else meanwhile are in conflict, or forced", function()
    save()
    local _, one = open(1)
    local _, two = open(1)
    set(c, one, { T.Importance, 2 })
    set(c, two, { T.Importance, 0 })
    assert.are.equal(0, save(one))
    assert.are.equal(0x80040109, save(two))
    assert.are.equal(0, save(two, 4))
    assert.are.equal(0, get(c, select(2, open()), { T.Importance })[T.Importance])
  end)

  it("deleted meanwhile cannot be saved", function()
    save()
    set(c, m, { T.Subject, "x" })
    c:must("hard_delete_messages", c:open "inbox",
      { want_asynchronous = false, notify_non_read = false, message_ids = { id } })
    assert.are.equal(0x8004010a, save())
  end)

  it("have recipients that are added, changed and removed by row", function()
    local function modify(...)
      local rows = {}
      for i, r in ipairs { ... } do
        rows[i] = { row_id = r[1], recipient_type = r[2], recipient_row = r[3] }
      end
      c:must("modify_recipients", m, { recipient_columns = { T.SmtpAddress },
        recipient_rows = rows })
    end
    modify({ 0, 1, recipient("Bob", "bob@x.org") }, { 1, 2, recipient("Carol", "carol@x.org") },
      { 7, 3, recipient("Dan", "dan@x.org") })
    modify({ 1, 1, recipient("Caroline", "carol@x.org") }, { 7, 3 })
    save()
    local reply, opened = open()
    assert.are.equal(2, reply.recipient_count)
    local row = reply.recipient_rows[2]
    assert.are.same({ 1, "Caroline", "carol@x.org", "carol@x.org" }, { row.recipient_type,
      row.recipient_row.display_name, row.recipient_row.email_address,
      row.recipient_row.properties[T.SmtpAddress] })
    assert.are.equal("Bob; Caroline", get(c, opened, { T.DisplayTo })[T.DisplayTo])
    local read = c:must("read_recipients", opened, { row_id = 1 })
    assert.are.same({ 1, 1 }, { #read.recipient_rows, read.recipient_rows[1].row_id })
    assert.are.equal(0x8004010f, c:call("read_recipients", opened, { row_id = 2 }).return_value)
    c:must("remove_all_recipients", m, {})
    save()
    assert.are.equal(0, open().recipient_count)
  end)

  it("refuse recipient columns that stand in the row already", function()
    assert.are.equal(0x80070057, c:call("modify_recipients", m,
      { recipient_columns = { T.DisplayName }, recipient_rows = {} }).return_value)
  end)

  it("are marked read and unread, one or many", function()
    set(c, m, { T.MessageFlags, 0 })
    save()
    local inbox = c:open "inbox"
    local function unread()
      return get(c, inbox, { T.ContentUnreadCount })[T.ContentUnreadCount]
    end
    local function mark(flags, list)
      return c:must("set_read_flags", inbox, { want_asynchronous = false, read_flags = flags,
        message_ids = list or { id } }).partial_completion
    end
    assert.are.equal(1, unread())
    assert.is_false(mark(0))
    assert.are.same({ 0, 0x401 }, { unread(), get(c, select(2, open()), { T.MessageFlags })
      [T.MessageFlags] & 0x401 })
    assert.is_false(mark(4))
    assert.are.equal(1, unread())
    mark(1, {})
    assert.are.equal(0, unread())
    c:must("set_message_read_flag", select(2, open()), { read_flags = 4 })
    assert.are.equal(1, unread())
  end)

  it("have a status of bits", function()
    save()
    local inbox = c:open "inbox"
    local function status(flags, mask)
      return c:must("set_message_status", inbox, { message_id = id, message_status_flags = flags,
        message_status_mask = mask }).message_status_flags
    end
    assert.are.equal(0, status(0x1008, 0x1008))
    assert.are.equal(0x1008, status(0, 8))
    assert.are.equal(0x1000,
      c:must("get_message_status", inbox, { message_id = id }).message_status_flags)
    assert.are.equal(0x8004010f,
      c:call("get_message_status", inbox, { message_id = NOWHERE }).return_value)
    assert.are.equal(0x80070005, c:call("set_message_status", inbox, { message_id = id,
      message_status_flags = 0x800, message_status_mask = 0x800 }).return_value)
  end)

  it("move under new ids and copy, as far as they are there", function()
    set(c, m, { T.Subject, "x" })
    save()
    local inbox, sent = c:open "inbox", c:open "sent"
    local function carry(copy, ids)
      return c:must("move_copy_messages", inbox, { dest = sent, message_ids = ids,
        want_asynchronous = false, want_copy = copy }).partial_completion
    end
    assert.is_true(carry(true, { id, NOWHERE }))
    assert.is_false(carry(false, { id }))
    assert.are.equal(0x8004010f, open().return_value)
    local t = c:must("get_contents_table", sent, { table_flags = 0 })
    local rows = c:rows(t, { T.Mid, T.Subject, T.SourceKey })
    assert.are.equal(2, #rows)
    for _, row in ipairs(rows) do
      assert.are_not.equal(id, row[T.Mid])
      assert.are.equal("x", row[T.Subject])
    end
    assert.are_not.equal(rows[1][T.SourceKey], rows[2][T.SourceKey])
  end)

  it("that are associated stand apart", function()
    local fai = c:must("create_message", c.logon,
      { code_page_id = 0xfff, folder_id = folder_id, associated_flag = true })
    save(fai)
    save()
    local p = get(c, c:open "inbox", { T.ContentCount, T.AssociatedContentCount })
    assert.are.same({ 1, 1 }, { p[T.ContentCount], p[T.AssociatedContentCount] })
    local _, reply = c:must("get_contents_table", c:open "inbox", { table_flags = 2 })
    assert.are.equal(1, reply.row_count)
  end)
end)

describe("attachments", function()
  local box, c, m, id, folder_id
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret" } }
    c = client.new(box, ANNA)
    folder_id = c.folders[client.ROLES.inbox]
    local reply
    m, reply = c:must("create_message", c.logon,
      { code_page_id = 0xfff, folder_id = folder_id, associated_flag = false })
    id = reply.message_id
  end)

  local function attach(name, data)
    local a, reply = c:must("create_attachment", m, {})
    set(c, a, { T.AttachMethod, 1 }, { T.AttachLongFilename, name }, { T.AttachDataBinary, data })
    c:must("save_changes_attachment", a, { save_flags = 2, response = m })
    return a, reply.attachment_id
  end

  local function reopen(mode)
    return c:must("open_message", c.logon, { code_page_id = 0xfff, folder_id = folder_id,
      open_mode_flags = mode or 0, message_id = id })
  end

  local function names(message)
    local t = c:must("get_attachment_table", message, { table_flags = 0 })
    local list = {}
    for i, row in ipairs(c:rows(t, { T.AttachNumber, T.AttachLongFilename })) do
      list[i] = row[T.AttachNumber] .. "=" .. row[T.AttachLongFilename]
    end
    return table.concat(list, " ")
  end

  it("belong to the message once both are saved", function()
    attach("a.txt", "hello")
    attach("b.txt", "world")
    assert.are.equal("0=a.txt 1=b.txt", names(m))
    assert.is_true(get(c, m, { T.HasAttachments })[T.HasAttachments])
    c:must("save_changes_message", m, { save_flags = 2 })
    local opened = reopen()
    assert.are.equal("0=a.txt 1=b.txt", names(opened))
    local a = c:must("open_attachment", opened, { open_attachment_flags = 0, attachment_id = 1 })
    assert.are.equal("world", get(c, a, { T.AttachDataBinary })[T.AttachDataBinary])
    assert.are.equal(0x8004010f, c:call("open_attachment", opened,
      { open_attachment_flags = 0, attachment_id = 9 }).return_value)
  end)

  it("that were not saved are not there", function()
    c:must("create_attachment", m, {})
    c:must("save_changes_message", m, { save_flags = 2 })
    assert.are.equal("", names(reopen()))
  end)

  it("are saved with the handle of their message", function()
    local a = c:must("create_attachment", m, {})
    assert.are.equal(0x80040102, c:call("save_changes_attachment", a,
      { save_flags = 2, response = a }).return_value)
  end)

  it("are deleted; numbers are not used again", function()
    attach("a.txt", "1")
    local _, number = attach("b.txt", "2")
    c:must("delete_attachment", m, { attachment_id = number })
    local _, after = attach("c.txt", "3")
    assert.are.equal(number + 1, after)
    assert.are.equal("0=a.txt 2=c.txt", names(m))
  end)

  it("hold messages", function()
    local a = c:must("create_attachment", m, {})
    assert.are.equal(0x8004010f, c:call("open_embedded_message", a,
      { code_page_id = 0xfff, open_mode_flags = 0 }).return_value)
    local inner = c:must("open_embedded_message", a, { code_page_id = 0xfff, open_mode_flags = 2 })
    set(c, inner, { T.Subject, "inside" }, { T.Body, "deep" })
    c:must("save_changes_message", inner, { save_flags = 2 })
    set(c, a, { T.AttachMethod, 5 })
    c:must("save_changes_attachment", a, { save_flags = 2, response = m })
    c:must("save_changes_message", m, { save_flags = 2 })
    a = c:must("open_attachment", reopen(), { open_attachment_flags = 0, attachment_id = 0 })
    local reply
    inner, reply = c:must("open_embedded_message", a, { code_page_id = 0xfff, open_mode_flags = 0 })
    assert.are.equal("inside", reply.normalized_subject)
    assert.are.equal("deep", get(c, inner, { T.Body })[T.Body])
    assert.are.equal(5, get(c, a, { T.AttachMethod })[T.AttachMethod])
  end)
end)

local compose = require "satchel.compose"
local refused = require("support.refused").saying
local satchel = require "satchel"

local mail <const> = { kind = "mail", role = "inbox" }

describe("a draft", function()
  it("has every field in its final form", function()
    local draft = compose.draft({ subject = "x", to = "a@b", received = "1970-01-02",
      headers = { ["X-B"] = { "2", "1" }, ["X-A"] = 3 }, cc = satchel.null }, "create", mail)
    assert.equal("a@b", draft.to[1].email)
    assert.equal(86400, draft.received)
    assert.same({ { name = "X-A", value = "3" }, { name = "X-B", value = "1" },
      { name = "X-B", value = "2" } }, draft.headers)
    assert.equal("message", draft.kind)
    assert.is_false(draft.unread)
    assert.is_false(draft.draft)
    assert.is_nil(draft.cc)
  end)

  it("is one in Drafts", function()
    local drafts = { kind = "mail", role = "drafts" }
    assert.is_true(compose.draft({}, "create", drafts).draft)
    assert.is_false(compose.draft({ draft = false }, "create", drafts).draft)
  end)

  it("refuses what it cannot be", function()
    refused("invalid", "unknown field 'subjet'; did you mean 'subject'", compose.draft,
      { subjet = "x" }, "create", mail)
    refused("invalid", "field 'size' is read only", compose.draft, { size = 1 }, "create", mail)
    refused("unsupported", "kind 'contact' cannot be created", compose.draft, {}, "create",
      { kind = "contacts" })
    refused("unsupported", "'post' cannot", compose.draft, { kind = "post" }, "create", mail)
    refused("invalid", "'mesage'; did you mean 'message'", compose.draft, { kind = "mesage" },
      "create", mail)
    refused("invalid", "a table of fields", compose.draft, "x", "create", mail)
  end)
end)

describe("headers", function()
  for _, case in ipairs {
    { { ["X-A"] = "a\r\nBcc: b" }, "line break" }, { { ["X A"] = "a" }, "no name of a header" },
    { { ["X-A\r\nBcc"] = "a" }, "no name of a header" }, { { To = "a" }, "is the field 'to'" },
    { { ["content-type"] = "a" }, "not yours" }, { { ["X-A"] = true }, "not text" },
    { { ["X:A"] = "a" }, "no name of a header" }, { "X-A: b", "are a table" },
  } do
    it("refuse: " .. case[2], function()
      refused("invalid", case[2], compose.headers, case[1], "send")
    end)
  end

  it("may be a list", function()
    assert.same({ { name = "X-A", value = "b" } },
      compose.headers({ { name = "X-A", value = "b" } }, "send"))
  end)
end)

describe("an attachment", function()
  local path

  before_each(function()
    path = os.tmpname()
    local file <close> = io.open(path, "w")
    file:write "hello"
  end)

  after_each(function() os.remove(path) end)

  it("has a name and a type by its path", function()
    local spec = compose.attachment(path, "send")
    assert.equal(path:match "[^/]*$", spec.name)
    assert.equal("application/octet-stream", spec.type)
    assert.is_false(spec.inline)
    assert.equal("image/png",
      compose.attachment({ path = path, name = "x.png" }, "send").type)
  end)

  it("with a content id is inline", function()
    local spec = compose.attachment({ data = "x", name = "x.png", content_id = "<logo>" }, "send")
    assert.equal("logo", spec.content_id)
    assert.is_true(spec.inline)
  end)

  it("may be a message", function()
    local spec = compose.attachment({ item = { subject = "inner" } }, "send")
    assert.equal("inner", spec.name)
    assert.equal("message/rfc822", spec.type)
    assert.equal("inner", spec.item.subject)
  end)

  it("refuses what it cannot be", function()
    refused("not_found", "No such file", compose.attachment, "/nonexistent/x", "send")
    refused("invalid", "Is a directory", compose.attachment, "/", "send")
    refused("invalid", "has one of path", compose.attachment, {}, "send")
    refused("invalid", "has one of path", compose.attachment, { data = "x", path = path }, "send")
    refused("invalid", "unknown option 'nmae'", compose.attachment, { nmae = "x" }, "send")
    refused("invalid", "line break", compose.attachment, { data = "x", name = "a\r\nb" }, "send")
    refused("invalid", "line break", compose.attachment, { data = "x", content_id = "a\nb" }, "x")
    refused("invalid", "are a list", compose.attachments, "x", "send")
  end)

  it("may stand alone in a list", function()
    assert.equal(1, #compose.attachments({ data = "x" }, "send"))
  end)
end)

describe("a message to send", function()
  it("is split from how to send it", function()
    local message, opts = compose.message { to = "a@b", subject = "s", save = false }
    assert.equal("s", message.subject)
    assert.same({ save = false }, opts)
    assert.is_true(select(2, compose.message { bcc = "a@b" }).save)
  end)

  it("has a recipient and no unknown option", function()
    refused("invalid", "no recipient", compose.message, { subject = "x" })
    refused("invalid", "no recipient", compose.message, { to = {} })
    refused("invalid", "'sbject'; did you mean 'subject'", compose.message, { sbject = "x" })
    refused("invalid", "unknown option 'received'", compose.message,
      { to = "a@b", received = 1 })
    refused("invalid", "line break", compose.message, { to = "a@b", subject = "x\r\nBcc: y" })
  end)
end)

describe("changes", function()
  it("keep null and refuse what is read only", function()
    assert.equal(satchel.null, compose.changes({ categories = satchel.null }, "update").categories)
    refused("invalid", "'id' is read only", compose.changes, { id = "x" }, "update")
    refused("invalid", "'attachments' is not assigned", compose.changes, { attachments = {} }, "u")
    refused("invalid", "did you mean 'unread'", compose.changes, { unraed = true }, "update")
  end)
end)

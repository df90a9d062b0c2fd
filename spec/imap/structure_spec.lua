-- Text, HTML and attachments by BODYSTRUCTURE.

local structure = require "satchel.imap.structure"

-- a tree with the numbers of its parts (RFC 9051 6.4.5)
local function numbered(node, prefix, of_message)
  if node.type == "multipart" then
    node.part = not of_message and prefix or prefix ~= "" and prefix or nil
    for i, child in ipairs(node) do
      numbered(child, (prefix == "" and "" or prefix .. ".") .. i)
    end
  else
    if of_message then prefix = prefix == "" and "1" or prefix .. ".1" end
    node.part = prefix
    if node.body then numbered(node.body, prefix, true) end
  end
  return node
end

local function multi(subtype, ...)
  return { type = "multipart", subtype = subtype, params = {}, ... }
end

local function part(media, more)
  local node = { type = media:match "^[^/]+", subtype = media:match "/(.*)$", params = {},
    encoding = "7bit", size = 10 }
  for k, v in pairs(more or {}) do node[k] = v end
  return node
end

local function file(media, name, more)
  local node = part(media, more)
  node.disposition = { type = "attachment", params = { filename = name } }
  return node
end

local function read(node) return structure.read(numbered(node, "", true)) end

local function shown(found)
  local list = {}
  for i, segment in ipairs(found.segments) do
    list[i] = (segment.text and "t" .. segment.text.part or "")
      .. (segment.html and "h" .. segment.html.part or "")
  end
  for _, each in ipairs(found.attachments) do
    list[#list + 1] = each.num .. (each.inline and "i" or "a") .. (each.embedded and "e" or "")
  end
  return table.concat(list, " ")
end

describe("the body and the attachments of", function()
  local plain, html = "text/plain", "text/html"
  local logo = { id = "<logo>", encoding = "base64" }
  for _, case in ipairs {
    { "text", part(plain), "t1", false },
    { "HTML", part(html), "h1", false },
    { "both", multi("alternative", part(plain), part(html)), "t1h2", false },
    { "a text and a file", multi("mixed", part(plain), file("application/pdf", "a.pdf")),
      "t1 2a", true },
    { "both and a file", multi("mixed", multi("alternative", part(plain), part(html)),
      file(plain, "a.txt")), "t1.1h1.2 2a", true },
    { "a page and its picture", multi("related", part(html), part("image/png", logo)),
      "h1 2i", false },
    { "text, a page and its picture", multi("alternative", part(plain),
      multi("related", part(html), part("image/png", logo))), "t1h2.1 2.2i", false },
    { "a page as Outlook nests it", multi("mixed", multi("related", multi("alternative",
      part(plain), part(html)), part("image/png", logo)), file("application/pdf", "a.pdf")),
      "t1.1.1h1.1.2 1.2i 2a", true },
    { "a signed text", multi("signed", part(plain), part("application/pgp-signature")),
      "t1 2a", true },
    { "a list's footer", multi("mixed", part(plain), part(plain)), "t1 t2", false },
    { "text around a picture", multi("mixed", part(plain), part("image/png"), part(plain)),
      "t1 t3 2a", true },
    { "a named text beside the text", multi("mixed", part(plain),
      part(plain, { params = { name = "log.txt" } })), "t1 2a", true },
    { "a file alone", part("application/pdf"), "1a", true },
    { "a text file alone", file(plain, "a.txt"), "1a", true },
    { "a named text alone", part(plain, { params = { name = "message.txt" } }), "t1", false },
    { "a message", part("message/rfc822", { body = part(plain), envelope = {} }), "1ae", true },
    { "a forwarded message", multi("mixed", part(plain), part("message/rfc822",
      { body = multi("mixed", part(plain), file("a/b", "c")), envelope = {} })), "t1 2ae", true },
    { "an invitation", multi("alternative", part(plain), part(html),
      part("text/calendar")), "t1h2 3a", true },
    { "enriched text", multi("alternative", part(plain), part("text/enriched")), "t1", false },
    { "a digest", multi("digest", part("message/rfc822", { body = part(plain), envelope = {} })),
      "1ae", true },
    { "a report", multi("report", part(plain), part("message/delivery-status"),
      part("text/rfc822-headers")), "t1 3a", true },
    { "a related file that is one", multi("related", part(html), file("a/b", "c", { id = "<x>" })),
      "h1 2a", true },
    { "a page whose root is named", (function()
      local node = multi("related", part("image/png", { id = "<p>" }), part(html, { id = "<r>" }))
      node.params.start = "<r>"
      return node
    end)(), "h2 1i", false },
    { "nothing", multi "mixed", "", false },
  } do
    it(case[1], function()
      local found = read(case[2])
      assert.equal(case[3], shown(found))
      assert.equal(case[4], found.has_attachments)
    end)
  end
end)

describe("an attachment", function()
  local function only(node) return read(node).attachments[1] end

  it("has its name, type and size", function()
    local each = only(file("application/pdf", "a.pdf", { encoding = "8bit", size = 42 }))
    assert.same({ "a.pdf", "application/pdf", 42 }, { each.name, each.type, each.size })
  end)

  it("has no size where only that of its encoding is known", function()
    local each = only(file("application/pdf", "a.pdf", { encoding = "BASE64", size = 42 }))
    assert.is_nil(each.size)
    assert.equal(42, each.stored_size)
    assert.equal("base64", each.encoding)
  end)

  -- RFC 2231 3 and 4, RFC 2047 where it does not belong
  for _, case in ipairs {
    { { name = "plain.txt" }, "plain.txt" },
    { { ["name*"] = "utf-8'en'Gr%C3%B6%C3%9Fe.txt" }, "Größe.txt" },
    { { ["name*"] = "iso-8859-1''Gr%F6%DFe.txt" }, "Größe.txt" },
    { { ["name*0"] = "long ", ["name*1"] = "name.txt" }, "long name.txt" },
    { { ["name*0*"] = "utf-8''Gr%C3", ["name*1*"] = "%B6%C3%9Fe", ["name*2"] = ".%41" },
      "Größe.%41" },
    { { name = "=?utf-8?q?Gr=C3=B6=C3=9Fe.txt?=" }, "Größe.txt" },
    { { name = "a.txt", ["name*"] = "utf-8''b.txt" }, "b.txt" },
    { { name = "a\r\nX: y.txt" }, "a X: y.txt" },
    { {}, "" },
  } do
    it("is called " .. case[2], function()
      assert.equal(case[2], only(part("application/pdf", { params = case[1] })).name)
    end)
  end

  it("is called by the subject where it is a message", function()
    assert.equal("Größe", only(part("message/rfc822", { body = part("text/plain"),
      envelope = { subject = "=?utf-8?q?Gr=C3=B6=C3=9Fe?=" } })).name)
  end)
end)

describe("the class", function()
  for _, case in ipairs {
    { part "text/plain", "IPM.Note" },
    { multi("report", part "text/plain"), "IPM.Note" },
    { part "application/x-pkcs7-mime", "IPM.Note.SMIME" },
    { multi("signed", part "text/plain", part "application/pkcs7-signature"),
      "IPM.Note.SMIME.MultipartSigned" },
    { multi("signed", part "text/plain", part "application/pgp-signature"), "IPM.Note" },
  } do
    it(case[2], function() assert.equal(case[2], read(case[1]).class) end)
  end

  it("is that of a report", function()
    local node = multi("report", part "text/plain")
    node.params["report-type"] = "delivery-status"
    assert.equal("REPORT.IPM.Note.NDR", read(node).class)
    node.params["report-type"] = "Disposition-Notification"
    assert.equal("REPORT.IPM.Note.IPNRN", read(node).class)
  end)
end)

describe("a part", function()
  it("is found by its number", function()
    local tree = numbered(multi("mixed", part("text/plain"), part("message/rfc822",
      { body = multi("mixed", part("text/plain"), part("image/png")) })), "", true)
    assert.equal("png", structure.find(tree, "2.2").subtype)
    assert.equal("rfc822", structure.find(tree, "2").subtype)
    assert.is_nil(structure.find(tree, "3"))
  end)
end)

-- Messages as items: which parts are text, which are attached, and what broken ones
-- can have meant.

local mime = require("satchel.core").mime

local function read(text) return assert(mime.parse((text:gsub("\n", "\r\n")))) end

-- the tree as text: mixed(plain,html)
local function tree(part)
  local name = part.type:gsub("^%a+/", "")
  if #part == 0 then return name end
  local parts = {}
  for i, each in ipairs(part) do parts[i] = tree(each) end
  return ("%s(%s)"):format(name, table.concat(parts, ","))
end

-- the attachments as text: "name type size flags; …"
local function attached(message)
  local parts = {}
  for i, each in ipairs(message:attachments()) do
    parts[i] = ("%s %s %d%s%s%s"):format(each.name or "-", each.type or "-", each.size,
      each.inline and " inline" or "", each.content_id and " cid:" .. each.content_id or "",
      each.embedded and " message" or "")
  end
  return table.concat(parts, "; ")
end

local alternative <const> = "Content-Type: multipart/alternative; boundary=a\n\n"
local mixed <const> = "Content-Type: multipart/mixed; boundary=m\n\n"

local cases <const> = {
  { "a text", "Subject: x\n\nhello\n", tree = "plain", text = "hello" },
  { "no body", "Subject: x\n", tree = "plain", text = "" },
  { "nothing", "", tree = "plain", text = "", flaws = "no header" },
  { "text alone", "\nhello\n", tree = "plain", text = "hello", flaws = "no header" },
  { "a page", "Content-Type: text/html\n\n<p>x\n", tree = "html", html = "<p>x" },
  { "a page that says its charset", "Content-Type: text/html\n\n<meta charset=\"koi8-r\">\xf0",
    html = "<meta charset=\"koi8-r\">П" },
  { "a page whose charset is declared", "Content-Type: text/html; charset=windows-1251\n\n"
    .. "<meta charset=koi8-r>\xcf", html = "<meta charset=koi8-r>П" },
  { "text and a page", alternative .. "--a\n\nplain\n--a\nContent-Type: text/html\n\n<p>\n--a--\n",
    tree = "alternative(plain,html)", text = "plain", html = "<p>" },
  { "two pages to choose from", alternative .. "--a\nContent-Type: text/html\n\n1\n"
    .. "--a\nContent-Type: text/html\n\n2\n--a--\n", html = "2" },
  { "text that is better than richtext", alternative .. "--a\n\nplain\n"
    .. "--a\nContent-Type: text/enriched\n\n<b>\n--a--\n", text = "plain" },
  { "texts in sequence", mixed .. "--m\n\none\n--m\n\ntwo\n--m--\n", text = "one\ntwo" },
  { "a page and a text behind it", mixed .. "--m\nContent-Type: text/html\n\n<p>\n"
    .. "--m\n\n<footer>\n--m--\n", text = "<footer>",
    html = "<p>\n<pre>&lt;footer&gt;</pre>\n" },
  { "text that flows", "Content-Type: text/plain; format=flowed\n\na \nb\n", text = "a \nb" },
  { "quoted-printable", "Content-Transfer-Encoding: quoted-printable\n"
    .. "Content-Type: text/plain; charset=utf-8\n\ngr=C3=BC=\n=C3=9F\n", text = "grüß" },
  { "base64", "Content-Transfer-Encoding: base64\n\nZ3LDvMOfCg==\n", text = "grüß\n" },
  { "what is called base64 and is not", "Content-Transfer-Encoding: base64\n\n"
    .. "this is simply text, readable as it is.\n",
    text = "this is simply text, readable as it is.",
    flaws = "content is not encoded as declared" },
  { "an attachment", mixed .. "--m\n\nx\n--m\nContent-Type: application/pdf; name=b.pdf\n"
    .. "Content-Disposition: attachment; filename=a.pdf\nContent-Transfer-Encoding: base64\n\n"
    .. "QUJD\n--m--\n", text = "x", attached = "a.pdf application/pdf 3" },
  { "an attachment by its type's name", mixed .. "--m\n\nx\n"
    .. "--m\nContent-Type: text/plain; name=a.txt\n\ny\n--m--\n", text = "x",
    attached = "a.txt text/plain 1" },
  { "a text with a name that comes first", mixed
    .. "--m\nContent-Type: text/plain; name=a.txt\n\nx\n--m--\n", text = "x", attached = "" },
  { "a text that is attached", "Content-Disposition: attachment; filename=x\n\nx\n",
    attached = "x text/plain 3" },
  { "a picture alone", "Content-Type: image/png\n\nPNG", attached = "- image/png 3" },
  { "a picture in a page", "Content-Type: multipart/related; boundary=r\n\n--r\n"
    .. "Content-Type: text/html\n\n<img src=cid:i@x>\n--r\nContent-Type: image/png\n"
    .. "Content-ID: <i@x>\n\nPNG\n--r--\n", tree = "related(html,png)",
    html = "<img src=cid:i@x>", attached = "- image/png 3 inline cid:i@x" },
  { "a page that is not the first of related parts",
    "Content-Type: multipart/related; boundary=r; start=\"<p>\"\n\n--r\n"
    .. "Content-Type: image/png\nContent-ID: <i>\n\nPNG\n--r\nContent-ID: <p>\n"
    .. "Content-Type: text/html\n\n<p>\n--r--\n", html = "<p>",
    attached = "- image/png 3 inline cid:i" },
  { "a picture between texts", mixed .. "--m\n\nx\n--m\nContent-Disposition: inline\n"
    .. "Content-Type: image/png\n\nPNG\n--m\n\ny\n--m--\n", text = "x\ny",
    attached = "- image/png 3 inline" },
  { "a signed message", "Content-Type: multipart/signed; boundary=s;\n"
    .. " protocol=\"application/pkcs7-signature\"\n\n--s\n\nx\n--s\n"
    .. "Content-Type: application/pkcs7-signature; name=smime.p7s\n\nSIG\n--s--\n", text = "x",
    attached = "smime.p7s application/pkcs7-signature 3",
    class = "IPM.Note.SMIME.MultipartSigned" },
  { "an encrypted message", "Content-Type: application/x-pkcs7-mime; name=smime.p7m\n\nX",
    attached = "smime.p7m application/x-pkcs7-mime 1", class = "IPM.Note.SMIME" },
  { "a message encrypted by PGP", "Content-Type: multipart/encrypted; boundary=e\n\n--e\n"
    .. "Content-Type: application/pgp-encrypted\n\nVersion: 1\n--e\n\nsecret\n--e--\n",
    attached = "- application/pgp-encrypted 10; - text/plain 6" },
  { "a message in a message", mixed .. "--m\n\nx\n--m\nContent-Type: message/rfc822\n\n"
    .. "Subject: in\n\ninner\n--m--\n", text = "x", attached = "- message/rfc822 20 message" },
  { "a digest", "Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: 1\n\n1\n--d\n\n"
    .. "Subject: 2\n\n2\n--d--\n",
    attached = "- message/rfc822 15 message; - message/rfc822 15 message" },
  { "a file in the text", "\nsee\nbegin 644 a.txt\n#86)C\n`\nend\nbye\n", text = "see\nbye",
    attached = "a.txt - 3", flaws = "no header" },
  { "a begin that is none", "X: y\n\nbegin 644 a\nnothing here\n",
    text = "begin 644 a\nnothing here", attached = "" },
  -- broken ones
  { "no closing boundary", mixed .. "--m\n\nx\n--m\n\ny\n", text = "x\ny\n",
    flaws = "no closing boundary" },
  { "the outer boundary closes the inner multipart", mixed .. "--m\n" .. alternative
    .. "--a\n\nx\n--m\n\ny\n--m--\n", tree = "mixed(alternative(plain),plain)", text = "x\ny",
    flaws = "no closing boundary" },
  { "no boundary is declared", "Content-Type: multipart/mixed\n\n--q\n"
    .. "Content-Type: text/plain\n\nx\n--q--\n", tree = "mixed(plain)", text = "x",
    flaws = "no boundary declared" },
  { "the boundary is another", "Content-Type: multipart/mixed; boundary=z\n\n--q\n"
    .. "Content-Type: text/plain\n\nx\n--q--\n", tree = "mixed(plain)", text = "x",
    flaws = "the boundary never comes" },
  { "no part in a multipart", mixed .. "just text\n", tree = "plain", text = "just text",
    flaws = "the boundary never comes" },
  { "blanks behind a boundary", mixed .. "--m \t\n\nx\n--m--  \n", text = "x" },
  { "a line that only begins like a boundary", mixed .. "--m\n\nx\n--mm\ny\n--m--\n",
    text = "x\n--mm\ny" },
  { "no empty line before a boundary", "Content-Type: multipart/mixed; boundary=m\n--m\n\nx\n"
    .. "--m--\n", text = "x" },
  { "no empty line behind the header", "Subject: x\nhello there\nmore\n",
    text = "hello there\nmore", subject = "x" },
  { "a line among fields that is none", "Subject: x\nwhat is this\nX-Y: z\n\nhello\n",
    text = "hello", subject = "x" },
  { "folding that was lost", "Received: from a\nby b with c\nid d\nSubject: x\n\nhello\n",
    text = "hello", subject = "x" },
  { "a line of a mailbox file", "From anna Tue Nov 14\nSubject: x\n\nhello\n", text = "hello",
    subject = "x" },
  { "empty lines before the header", "\n\nSubject: x\n\nhello\n", text = "hello", subject = "x" },
  { "a byte order mark", "\xef\xbb\xbfSubject: x\n\nhello\n", text = "hello", subject = "x" },
  { "a blank before the colon", "Subject : x\n\nhello\n", text = "hello", subject = "x" },
  { "two types", "Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\nx\n"
    .. "--m--\n", tree = "mixed(plain)", text = "x" },
  { "a type that is none", "Content-Type: text\n\nx\n", tree = "plain", text = "x" },
  { "a part that ends in its header", mixed .. "--m\nContent-Type: text/html\n--m\n\nx\n--m--\n",
    tree = "mixed(html,plain)", text = "x" },
  { "NULs", "Subject: a\0b\n\nx\0y\n", subject = "ab", text = "x\0y" },
}

describe("a message with", function()
  for _, case in ipairs(cases) do
    it(case[1], function()
      local message = read(case[2])
      local fields = message:fields()
      if case.tree then assert.equal(case.tree, tree(message:structure())) end
      for _, name in ipairs { "text", "html", "subject", "class" } do
        if case[name] then assert.equal(case[name], fields[name]) end
      end
      assert.equal(case.attached or attached(message), attached(message))
      assert.equal(case.flaws or "", table.concat(message:flaws(), "; "))
      -- lines may end with LF alone
      local bare = assert(mime.parse(case[2])):fields()
      for _, name in ipairs { "text", "html", "subject" } do
        assert.equal(fields[name], bare[name])
      end
    end)
  end

  it("anything cut off anywhere is read", function()
    for _, case in ipairs(cases) do
      for n = 0, #case[2] do
        local message = assert(mime.parse(case[2]:sub(1, n)))
        message:fields()
        message:attachments()
      end
    end
  end)

  it("lines that end with CR alone", function()
    local fields = assert(mime.parse "Subject: x\rTo: a@b\r\rhello\rthere\r"):fields()
    assert.equal("x", fields.subject)
    assert.equal("hello\nthere", fields.text)
  end)
end)

describe("the fields of a message", function()
  it("are those of its header", function()
    local fields = read(table.concat({
      "Received: from x by y; Tue, 14 Nov 2023 22:13:21 +0000",
      "Received: from z by x; Tue, 14 Nov 2023 22:13:00 +0000",
      "From: Anna <anna@example.test>, other@example.test", "Sender: s@example.test",
      "To: b@c", "To: d@e", "Cc: \"F, G\" <f@g>", "Reply-To: r@s",
      "Date: Tue, 14 Nov 2023 22:13:20 +0000", "Message-ID:", " <1@x>",
      "In-Reply-To: <0@x> (something)", "References: <a@x>\n <b@x>,<c@x>", "X-Priority: 2",
      "Sensitivity: Company-Confidential", "Keywords: one, \"two, 2\", =?utf-8?Q?dr=C3=BC?=",
      "", "x" }, "\n")):fields()
    assert.same({ name = "Anna", email = "anna@example.test" }, fields.from)
    assert.same({ email = "s@example.test" }, fields.sender)
    assert.same({ { email = "b@c" }, { email = "d@e" } }, fields.to)
    assert.same({ { name = "F, G", email = "f@g" } }, fields.cc)
    assert.same({ { email = "r@s" } }, fields.reply_to)
    assert.same({}, fields.bcc)
    assert.equal(1700000000, fields.sent)
    assert.equal(1700000001, fields.received)
    assert.equal("<1@x>", fields.message_id)
    assert.equal("<0@x>", fields.in_reply_to)
    assert.equal("<a@x> <b@x> <c@x>", fields.references)
    assert.equal("high", fields.importance)
    assert.equal("confidential", fields.sensitivity)
    assert.same({ "one", "two, 2", "drü" }, fields.categories)
    assert.equal("IPM.Note", fields.class)
    assert.equal("message", fields.kind)
    assert.is_false(fields.has_attachments)
    assert.is_nil(fields.report)
    assert.matches("^Received: from x", fields.headers)
  end)

  it("are read only as far as they are asked for", function()
    local message = read "Subject: x\nDate: never\n\nhello\n"
    assert.same({ subject = "x" }, message:fields { "subject", "sent", "nonsense", "html" })
    assert.same({}, message:fields {})
  end)

  for _, case in ipairs { { "Importance: High", "high" }, { "Importance: low", "low" },
    { "X-Priority: 1 (Highest)", "high" }, { "X-Priority: 3", "normal" },
    { "X-Priority: 5", "low" }, { "Priority: urgent", "high" }, { "Priority: non-urgent", "low" },
    { "X-MSMail-Priority: High", "high" }, { "Importance: normal\nX-Priority: 1", "normal" },
    { "X: y", "normal" } } do
    it(case[1]:gsub("\n", ", "), function()
      assert.equal(case[2], read(case[1] .. "\n\n"):fields().importance)
    end)
  end

  it("take the charset of the text for bytes that declare none", function()
    local fields = read("Subject: \xcf\xf0\nFrom: \xcf <a@b>\n"
      .. "Content-Type: text/plain; charset=windows-1251\n\nx"):fields()
    assert.equal("Пр", fields.subject)
    assert.equal("П", fields.from.name)
  end)
end)

describe("the charset of the text", function()
  for _, charset in ipairs { "utf-7", "utf-16", "hz-gb-2312", "iso-2022-kr" } do
    it(charset .. " is not that of the header", function()
      local fields = read("Subject: a+AGE- ~{<:~} \xfc\nFrom: a+b@c\n"
        .. "Content-Type: text/plain; charset=" .. charset .. "\n\nx"):fields()
      assert.equal("a+AGE- ~{<:~} ü", fields.subject)
      assert.equal("a+b@c", fields.from.email)
    end)
  end
end)

describe("the messages in a message", function()
  it("are messages, encoded or not", function()
    local message = read(mixed .. "--m\nContent-Type: message/rfc822\n\nSubject: 1\n\none\n"
      .. "--m\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
      .. "U3ViamVjdDogMgoKdHdvCg==\n--m--\n")
    assert.equal("one", message:item(0):fields().text)
    assert.equal("2", message:item(1):fields().subject)
    assert.equal("two", message:item(1):fields().text)
    assert.equal("Subject: 2\n\ntwo\n", message:item(1):bytes())
    assert.has_error(function() message:item(2) end)
    assert.has_error(function() message:open(-1) end)
  end)
end)

describe("a source", function()
  it("is a path, a file or a spool; what is none is an error", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w+b"))
    file:write "Subject: x\n\nhello"
    assert.equal("x", mime.parse({ file = file }):fields().subject)
    file:close()
    assert.equal("hello", mime.parse({ path = path }):fields().text)
    os.remove(path)
    local spool = mime.spool()
    spool:write "Subject: y\n\n"
    spool:write(("z"):rep(3 << 20))
    local message = mime.parse { spool = spool }
    assert.equal(3 << 20, #message:fields().text)
    assert.equal(0, spool:size())
    local none, err = mime.parse { path = "/nowhere/at/all" }
    assert.is_nil(none)
    assert.equal("not_found", err.kind)
    assert.equal("invalid", select(2, mime.parse { path = "/tmp" }).kind)
    assert.has_error(function() mime.parse {} end)
    assert.has_error(function() mime.parse { file = file } end)
  end)
end)

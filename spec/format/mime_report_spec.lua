-- Reports of delivery (RFC 3464) and of what became of a message (RFC 8098).

local mime = require("satchel.core").mime

local function report_of(type, status, returned)
  local text = ("Content-Type: multipart/report; report-type=%s; boundary=r\n\n"
    .. "--r\n\nfor people\n--r\nContent-Type: message/%s\n\n%s\n%s--r--\n"):format(type, type,
    status, returned or "")
  return assert(mime.parse(text)):fields { "report", "class", "kind", "text" }
end

describe("a delivery report", function()
  it("tells of each recipient (RFC 3464 E.1)", function()
    local fields = report_of("delivery-status", [[
Reporting-MTA: dns; cs.utk.edu
Original-Envelope-ID: 42

Original-Recipient: rfc822;louisl@larry.slip.umd.edu
Final-Recipient: rfc822;louisl@larry.slip.umd.edu
Action: failed
Status: 4.0.0
Diagnostic-Code: smtp; 426 connection timed out
Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400

Final-Recipient: rfc822; <bob@example.test>
Action: Delayed (for four hours)
Status: 4.2.2 (full)
Remote-MTA: dns; mx.example.test
]], "--r\nContent-Type: message/rfc822\n\nMessage-ID: <orig@x>\nSubject: =?utf-8?Q?=C3=BC?=\n\nx\n")
    assert.same({ type = "delivery", server = "cs.utk.edu", envelope_id = "42",
      message_id = "<orig@x>", subject = "ü", recipients = {
        { email = "louisl@larry.slip.umd.edu", original = "louisl@larry.slip.umd.edu",
          action = "failed", status = "4.0.0", diagnostic = "426 connection timed out" },
        { email = "bob@example.test", action = "delayed", status = "4.2.2",
          server = "mx.example.test" } } }, fields.report)
    assert.equal("REPORT.IPM.Note.NDR", fields.class)
    assert.equal("report", fields.kind)
    assert.equal("for people", fields.text)
  end)

  for _, case in ipairs { { "failed", "NDR" }, { "delivered", "DR" }, { "delayed", "Delayed.DR" },
    { "relayed", "Relayed.DR" }, { "expanded", "Expanded.DR" }, { "odd", "NDR" } } do
    it("of what was " .. case[1], function()
      local fields = report_of("delivery-status", "X: y\n\nFinal-Recipient: rfc822; a@b\nAction: "
        .. case[1])
      assert.equal("REPORT.IPM.Note." .. case[2], fields.class)
    end)
  end

  it("is read with only the headers of the message, and encoded", function()
    local text = "Content-Type: multipart/report; boundary=r\n\n--r\n\nx\n--r\n"
      .. "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
      .. "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFAYgpBY3Rpb246IGZhaWxlZAo=\n"
      .. "--r\nContent-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable\n\n"
      .. "Message-ID: <or=\nig@x>\n--r--\n"
    local message = assert(mime.parse(text))
    local report = message:fields().report
    assert.equal("<orig@x>", report.message_id)
    assert.equal("a@b", report.recipients[1].email)
    assert.equal("failed", report.recipients[1].action)
    assert.equal("text/rfc822-headers", message:attachments()[1].type)
  end)

  it("is read where it is broken", function()
    -- empty lines too many, none between the groups, no field at all
    local report = report_of("delivery-status", "Reporting-MTA: dns; m\n\n\n\n"
      .. "Final-Recipient: a@b\nAction: failed\n\n\n\n"
      .. "Final-Recipient: x;c@d\nAction: relayed").report
    assert.equal("a@b", report.recipients[1].email)
    assert.equal("c@d", report.recipients[2].email)
    report = report_of("delivery-status", "Reporting-MTA: dns; m\nFinal-Recipient: x;a@b\n"
      .. "Action: failed").report
    assert.equal("m", report.server)
    assert.equal("a@b", report.recipients[1].email)
    assert.same({}, report_of("delivery-status", "nothing of use").report.recipients)
    assert.same({}, report_of("delivery-status", "").report.recipients)
  end)
end)

describe("a disposition report", function()
  it("tells what became of a message (RFC 8098 9)", function()
    local fields = report_of("disposition-notification", [[
Reporting-UA: joes-pc.cs.example.com; Foomail 97.1
Original-Recipient: rfc822;Joe_Recipient@example.com
Final-Recipient: rfc822;Joe_Recipient@example.com
Original-Message-ID: <199509192301.23456@example.org>
Disposition: manual-action/MDN-sent-manually; displayed]])
    assert.same({ type = "disposition", server = "joes-pc.cs.example.com; Foomail 97.1",
      message_id = "<199509192301.23456@example.org>", recipients = { {
        email = "Joe_Recipient@example.com", original = "Joe_Recipient@example.com",
        action = "displayed" } } }, fields.report)
    assert.equal("REPORT.IPM.Note.IPNRN", fields.class)
  end)

  it("of what was deleted unread", function()
    local fields = report_of("disposition-notification", "Final-Recipient: rfc822; a@b\n"
      .. "Disposition: automatic-action/MDN-sent-automatically; deleted/error")
    assert.equal("deleted", fields.report.recipients[1].action)
    assert.equal("REPORT.IPM.Note.IPNNRN", fields.class)
  end)
end)

describe("a header alone", function()
  local signed <const> = "multipart/signed; boundary=x; protocol="
  for type, class in pairs {
    ['multipart/report; boundary=x; report-type="delivery-status"'] = "REPORT.IPM.Note.NDR",
    ["Multipart/Report; report-type=Disposition-Notification"] = "REPORT.IPM.Note.IPNRN",
    ["multipart/report; report-type=feedback-report"] = "IPM.Note",
    ["multipart/mixed; report-type=delivery-status"] = "IPM.Note",
    [signed .. '"application/x-pkcs7-signature"'] = "IPM.Note.SMIME.MultipartSigned",
    [signed .. '"application/pgp-signature"'] = "IPM.Note",
    ["application/pkcs7-mime; name=a"] = "IPM.Note.SMIME",
  } do
    it("tells the kind and the class: " .. type, function()
      local fields = assert(mime.parse("Content-Type: " .. type .. "\r\n")):fields()
      assert.equal(class, fields.class)
      assert.equal(class:find "^REPORT" and "report" or "message", fields.kind)
      assert.is_nil(fields.report)
    end)
  end
end)

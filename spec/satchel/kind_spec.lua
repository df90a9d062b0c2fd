local kind = require "satchel.kind"

describe("the kind of an item", function()
  for _, case in ipairs {
    { "IPM.Note", "message" }, { "ipm.note.SMIME", "message" },
    { "IPM.Appointment.x", "appointment" },
    { "IPM.Schedule.Meeting.Request", "meeting" }, { "IPM.Schedule.Meeting.Resp.Pos", "meeting" },
    { "IPM.Contact", "contact" }, { "IPM.DistList", "list" }, { "IPM.TaskRequest.Accept", "task" },
    { "IPM.StickyNote", "note" }, { "IPM.Activity", "journal" }, { "IPM.Post", "post" },
    { "REPORT.IPM.Note.NDR", "report" }, { "IPM.Notebook", "message" }, { nil, "message" },
    { "", "message" },
  } do
    it(("of %s is %s"):format(case[1], case[2]), function()
      assert.equal(case[2], kind.of_class(case[1]))
    end)
  end

  it("comes back from its class", function()
    for _, list in pairs(kind.held_by) do
      for _, name in ipairs(list) do assert.equal(name, kind.of_class(kind.class_of(name))) end
    end
  end)
end)

describe("the kind of a folder", function()
  it("comes back from its class", function()
    for name in pairs(kind.folder_kinds) do
      assert.equal(name, kind.of_folder_class(kind.folder_class_of(name)))
      assert.is_table(kind.held_by[name])
    end
    assert.equal("mail", kind.of_folder_class(nil))
    assert.equal("calendar", kind.of_folder_class "IPF.Appointment.Birthday")
  end)
end)

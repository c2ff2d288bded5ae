// Icons of 24 by 24, one path each.
export const MARK = {
  knot: "M5 8c0-3 4-3 6 0l3 6c2 4 6 3 6 0s-4-4-6 0l-3 5c-2 3-6 2-6-1s4-4 6-1l4 6",
  chat: "M4 5h16v11H10l-5 4v-4H4z",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M5 7h14M5 12h14M5 17h14",
  send: "M4 12h14M12 6l6 6-6 6",
  tick: "M5 12.5l4.5 4.5L19 7.5",
  emergency: "M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9",
  urgent: "M12 3l9.5 17h-19zM12 10v4.5M12 17.2v.1",
  see_clinician: "M5 6h14v14H5zM5 10h14M9 3v4M15 3v4",
  self_care: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  phone: "M6 3h4l2 5-2.5 1.5a11 11 0 0 0 5 5L16 12l5 2v4c0 2-2 3-3 3C10 21 3 14 3 6c0-1 1-3 3-3z",
  heart: "M12 20S4 15 4 9a4 4 0 0 1 8-1 4 4 0 0 1 8 1c0 6-8 11-8 11z",
};

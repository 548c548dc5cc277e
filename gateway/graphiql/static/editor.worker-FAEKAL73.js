import{a}from"./chunk-UL56MSM5.js";import"./chunk-6SYNRZLS.js";import"./chunk-PAZQD4I6.js";import"./chunk-3QQEG4FS.js";import"./chunk-5TNCGPBI.js";import"./chunk-IYWUY3VA.js";export{a as initialize};

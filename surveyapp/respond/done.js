try { sessionStorage.removeItem("surveyapp:" + location.pathname); } catch (ignored) { /* storage is off */ }

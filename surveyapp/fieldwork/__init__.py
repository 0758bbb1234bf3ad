"""Brings a survey into the field: access codes, links, QR codes and the sheets they are printed on."""

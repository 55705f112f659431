"""Addresses of the pages of exports; they belong to the name space of assessments."""

from django.urls import path

from assessments.exports import views

urlpatterns = [
    path("exports/", views.export_list, name="exports"),
    path("exports/dictionary/", views.dictionary_page, name="data-dictionary"),
    path("exports/dictionary.csv", views.dictionary_file, name="data-dictionary-file"),
    path("exports/<int:pk>/manifest.json", views.manifest, name="export-manifest"),
    path("exports/<slug:name>/", views.dataset, name="export"),
    path("exports/<slug:name>/download/", views.export_download, name="export-download"),
]
